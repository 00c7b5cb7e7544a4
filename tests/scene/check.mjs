// check.mjs FILE TOOLS ...: scenes are read by others' readers, and hold as many tools as they should.
//
// .glb goes through the validator of Khronos: no error, no warning. .usda is parsed, and its tree is looked through:
// names once, references that lead somewhere, kinds in order. .usdz is taken apart as the specification wants it. Both are
// opened by TinyUSDZ as well, which knows the schemas: types of attributes, tuples, transforms.
import { readFileSync } from "node:fs";
import { parse } from "@kroxilon/usda-parser";
import validator from "gltf-validator";

function must(condition, text) {
  if (!condition) {
    throw new Error(text);
  }
}

// ---- glTF

async function checkGlb(bytes, tools) {
  const report = await validator.validateBytes(new Uint8Array(bytes), { maxIssues: 20 });
  const { numErrors, numWarnings, messages } = report.issues;
  const first = messages.filter((m) => m.severity < 2).map((m) => `${m.code} ${m.message} ${m.pointer ?? ""}`)[0];
  must(numErrors === 0 && numWarnings === 0, `${numErrors} errors, ${numWarnings} warnings: ${first}`);
  const json = JSON.parse(bytes.subarray(20, 20 + bytes.readUInt32LE(12)).toString("utf8"));
  must(json.asset.version === "2.0", "not glTF 2.0");
  const parents = new Array(json.nodes.length).fill(0);
  for (const node of json.nodes) {
    for (const child of node.children ?? []) {
      parents[child]++;
    }
  }
  must(parents.every((n, i) => n === (i === 0 ? 0 : 1)), "the nodes are no tree");
  const found = json.nodes.filter((n) => n.extras !== undefined && !json.meshes[n.mesh].name.startsWith("Stocker"));
  must(found.length === tools, `${found.length} tools, want ${tools}`);
  must(new Set(found.map((n) => n.extras.tool)).size === tools, "a tool is there twice");
  return `${json.nodes.length} nodes, ${report.info.totalTriangleCount} triangles`;
}

// ---- OpenUSD

// TinyUSDZ is built for browsers and looks whether it is in one.
process.type = "renderer";
globalThis.window = globalThis;
const { default: startTinyUsdz } = await import("./tinyusdz.mjs");
const wasmBinary = readFileSync(new URL("node_modules/tinyusdz/tinyusdz.wasm", import.meta.url));
const tiny = await startTinyUsdz({ wasmBinary });

function openStage(path, bytes, tools) {
  const loader = new tiny.TinyUSDZLoaderNative();
  const is_read = loader.loadFromBinary(new Uint8Array(bytes), path.split("/").pop());
  must(is_read, `TinyUSDZ: ${loader.error().trim().split("\n").pop()}`);
  const found = [];
  const look = (node) => {
    must(node.globalMatrix.every(Number.isFinite), `${node.absPath} is nowhere`);
    if (/^\/Plant\/Tools(\/[^/]+){3}$/.test(node.absPath) && node.primName !== "Stocker") {
      must(node.displayName.length > 0, `${node.absPath} has no name`);
      found.push(node);
    }
    node.children.forEach(look);
  };
  look(loader.getDefaultRootNode());
  must(found.length === tools, `TinyUSDZ: ${found.length} tools, want ${tools}`);
  loader.delete();
}

function setting(prim, name) {
  return prim.descriptor?.assignments.find((a) => a.identifier === name)?.value;
}

function attribute(prim, name) {
  return prim.statements.find((s) => s.type === "declaration" && s.reference === name)?.value;
}

// All prims by path; names are ASCII and there once.
function visit(prims, path, seen) {
  for (const prim of prims) {
    if (prim.type !== "definition" && prim.type !== "classDefinition") {
      continue;
    }
    const own = `${path}/${prim.name}`;
    must(/^[A-Za-z_][A-Za-z0-9_]*$/.test(prim.name), `${own}: not a name`);
    must(!seen.has(own), `${own} is there twice`);
    seen.set(own, prim);
    visit(prim.statements ?? prim.classDeclarations ?? [], own, seen);
  }
}

// A tool or stocker: an instance of a body that is there, or of a model of the user's own.
function checkThing(path, prim, seen) {
  must(setting(prim, "instanceable") === true, `${path} is no instance`);
  must(setting(prim, "displayName")?.length > 0, `${path} has no name`);
  const references = setting(prim, "references");
  const target = references?.importPath ?? references?.referenceFile?.src;
  must(target, `${path} refers to nothing`);
  must(!target.startsWith("/") || seen.has(target), `${target} is referred to, but not there`);
  const order = attribute(prim, "xformOpOrder");
  must(order.every((op) => attribute(prim, op) !== undefined), `${path}: an operation without a value`);
  must(attribute(prim, "xformOp:translate").every(Number.isFinite), `${path} is nowhere`);
}

function checkLooks(text, seen) {
  const isMaterial = (path) => seen.has(path) && seen.has(`${path}/Surface`);
  for (const [, target] of text.matchAll(/rel material:binding = <([^>]+)>/g)) {
    must(isMaterial(target), `${target} is bound, but no material`);
  }
  for (const [, target] of text.matchAll(/\.connect = <([^>.]+)\.outputs:[a-z]+>/g)) {
    must(seen.has(target), `${target} is connected, but not there`);
  }
  const n_bound = [...text.matchAll(/rel material:binding/g)].length;
  must(n_bound === [...text.matchAll(/apiSchemas = \["MaterialBindingAPI"\]/g)].length, "bound without saying so");
  return [...text.matchAll(/def Material "/g)].length;
}

function checkUsda(text, tools) {
  must(text.startsWith("#usda 1.0\n"), "no header");
  const file = parse(text);
  const assignments = file.descriptor.assignments;
  const stage = Object.fromEntries(assignments.map((a) => [a.identifier, a.value]));
  must(stage.metersPerUnit === 1 && stage.upAxis === "Z" && stage.defaultPrim === "Plant", "stage settings");
  const seen = new Map();
  visit(file.statements, "", seen);
  must([...seen.keys()].filter((path) => path.lastIndexOf("/") === 0).join() === "/Plant", "one root prim is wanted");
  const things = [...seen].filter(([path]) => /^\/Plant\/Tools(\/[^/]+){3}$/.test(path));
  const found = things.filter(([path]) => !path.endsWith("/Stocker"));
  must(found.length === tools, `${found.length} tools, want ${tools}`);
  must(new Set(found.map(([, prim]) => attribute(prim, "maru:tool"))).size === tools, "a tool is there twice");
  for (const [path, prim] of things) {
    checkThing(path, prim, seen);
  }
  // Materials: each has a surface that is there, what is bound is bound to one that is there, and all that is seen is bound.
  must(checkLooks(text, seen) >= 2, "no materials");
  for (const [path, prim] of seen) { // the model hierarchy: only groups and assemblies hold components
    const want = path === "/Plant" ? "assembly" : /^\/Plant\/(Carriers|Tools(\/[^/]+){0,2})$/.test(path) ? "group"
      : /^\/Plant\/(Ground|Carriers\/L\d+|Tools(\/[^/]+){3})$/.test(path) ? "component" : undefined;
    must(setting(prim, "kind") === want, `${path} is of the kind ${setting(prim, "kind")}, not ${want}`);
  }
  return `${seen.size} prims`;
}

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  }
  return ~crc >>> 0;
}

function checkUsdz(bytes, tools) {
  must(bytes.readUInt32LE(0) === 0x04034b50, "no zip");
  must(bytes.readUInt16LE(6) === 0 && bytes.readUInt16LE(8) === 0, "encrypted or compressed");
  const size = bytes.readUInt32LE(18);
  const nameBytes = bytes.readUInt16LE(26);
  const start = 30 + nameBytes + bytes.readUInt16LE(28);
  must(bytes.subarray(30, 30 + nameBytes).toString().endsWith(".usda"), "the first file is no stage");
  must(start % 64 === 0, `the file starts at ${start}`);
  const content = bytes.subarray(start, start + size);
  must(crc32(content) === bytes.readUInt32LE(14), "checksum");
  const end = bytes.length - 22;
  must(bytes.readUInt32LE(end) === 0x06054b50 && bytes.readUInt16LE(end + 10) === 1, "end of the directory");
  const directory = bytes.readUInt32LE(end + 16);
  must(directory === start + size && bytes.readUInt32LE(directory) === 0x02014b50, "directory");
  must(directory + bytes.readUInt32LE(end + 12) === end, "size of the directory");
  must(!/references = @/.test(content.toString()), "a package refers to what is not in it");
  return checkUsda(content.toString(), tools);
}

for (let i = 2; i + 1 < process.argv.length; i += 2) {
  const [path, tools] = [process.argv[i], Number(process.argv[i + 1])];
  const bytes = readFileSync(path);
  try {
    const told = path.endsWith(".glb")
      ? await checkGlb(bytes, tools)
      : path.endsWith(".usdz")
        ? checkUsdz(bytes, tools)
        : checkUsda(bytes.toString(), tools);
    if (!path.endsWith(".glb")) {
      openStage(path, bytes, tools);
    }
    console.log(`${path.split("/").pop()}: ${tools} tools, ${told}`);
  } catch (error) {
    console.log(`${path}: ${error.message}`);
    process.exitCode = 1;
  }
}
