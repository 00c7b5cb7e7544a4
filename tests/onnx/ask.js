// ask.js FOLDER: every model that tests/onnx_models.c has written, asked through onnxruntime; its answers beside ours.
const fs = require("node:fs");
const { InferenceSession, Tensor } = require("onnxruntime-node");

const folder = process.argv[2];
const floats = (name) => {
  const bytes = fs.readFileSync(`${folder}/${name}`);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

async function compare(line) {
  const [name, features, groups, goal] = line.split(" ");
  const x = floats(`${name}.rows`), want = floats(`${name}.want`);
  const rows = x.length / Number(features);
  const session = await InferenceSession.create(`${folder}/${name}.onnx`);
  const got = await session.run({ x: new Tensor("float32", x, [rows, Number(features)]) });
  let worst = 0, labels = 0;
  for (let i = 0; i < rows; i++) {
    const ours = goal === "yes_no" ? [1 - want[i], want[i]] : [...want.slice(i * groups, (i + 1) * groups)];
    const theirs = (goal === "number" ? got.value : got.probabilities).data.slice(i * ours.length, (i + 1) * ours.length);
    if (theirs.length !== ours.length) throw new Error(`model ${name}: ${theirs.length} values, not ${ours.length}`);
    ours.forEach((value, k) => {
      const off = Math.abs(value - theirs[k]) / Math.max(1, Math.abs(value));
      worst = off <= worst ? worst : off; // NaN stays
    });
    if (goal !== "number") {
      const sorted = [...ours].sort((a, b) => b - a);
      const isClear = sorted[0] - sorted[1] > 1e-5; // nearly equal ones may go either way
      labels += !isClear || Number(got.label.data[i]) === ours.indexOf(sorted[0]) ? 0 : 1;
    }
  }
  const isGood = worst <= 1e-5 && labels === 0;
  console.log(`${isGood ? "ok" : "BAD"} model ${name} (${goal}): ${rows} rows, off by ${worst.toExponential(1)}, ${labels} other labels`);
  return isGood;
}

(async () => {
  const lines = fs.readFileSync(`${folder}/list`, "utf8").trim().split("\n");
  let good = lines.length > 0;
  for (const line of lines) good = (await compare(line)) && good;
  process.exit(good ? 0 : 1);
})();
