// An edge node of npm's sparkplug-client, led by lines on stdin: `send N` publishes N values of the counter of device press, `lose` skips one
// number of its sequence, `unit X` is that of the next birth, `stop`. On stdout a line of JSON for each thing that happens. For tests/peers.py.
const { newClient } = require("sparkplug-client");
const { createInterface } = require("node:readline");

const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const client = newClient({
  serverUrl: `mqtt://127.0.0.1:${process.argv[2]}`, username: "", password: "", groupId: "plant", edgeNode: "edge", clientId: "peer",
  version: "spBv1.0", keepalive: 5, mqttOptions: { reconnectPeriod: 500 },
});
let count = 0;
let unit = "K";
let time = Date.now();

const born = () => {
  client.publishNodeBirth({
    timestamp: Date.now(),
    metrics: [{ name: "Node Control/Rebirth", type: "Boolean", value: false }, { name: "temperature", type: "Double", value: 21.5, timestamp: Date.now(), properties: { engUnit: { type: "String", value: unit } } }],
  });
  client.publishDeviceBirth("press", { timestamp: Date.now(), metrics: [{ name: "count", type: "Int64", value: count, timestamp: (time = Math.max(time + 1, Date.now())) },
    { name: "Motor/Speed", type: "Double", value: 3, timestamp: Date.now(), properties: { "Engineering Units": { type: "String", value: "rpm" } } }] });
  say({ born: true });
};
client.on("birth", born);
client.on("ncmd", (payload) => {
  if (payload.metrics.some((m) => m.name === "Node Control/Rebirth" && m.value === true)) {
    say({ rebirth: true });
    born();
  }
});
client.on("close", () => say({ closed: true }));
client.on("error", (why) => say({ error: String(why) }));

createInterface({ input: process.stdin }).on("line", (line) => {
  const [what, n] = line.split(" ");
  if (what === "send") {
    for (let i = 0; i < Number(n); i++) {
      count++;
      time = Math.max(time + 1, Date.now()); // unlike any other
      client.publishDeviceData("press", { timestamp: time, metrics: [{ name: "count", type: "Int64", value: count, timestamp: time }] });
    }
    say({ sent: count });
  } else if (what === "unit") {
    unit = n;
  } else if (what === "lose") {
    client.seq = (client.seq % 256) + 1; // as if the broker had lost one
    say({ lost: true });
  } else if (what === "stop") {
    client.stop();
    setTimeout(() => process.exit(0), 500);
  }
});
