// Node reads no HTTPS_PROXY, and AWS SDKs bring agents of their own: sockets for Amazon's old MTurk
// hosts go to mturk-local, whatever opens them. Everything else stays as it is.
"use strict";

const net = require("node:net");

const hosts = new Set(HOSTS);
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...args) {
  // Node's own callers pass one array, whose first entry is the options.
  const list = Array.isArray(args[0]) ? args[0] : args;
  if (typeof list[0] !== "object" && typeof list[1] === "string") {
    list.splice(0, 2, { port: list[0], host: list[1] });
  }
  const to = list[0];
  if (to && Number(to.port) === 443 && hosts.has(String(to.host).toLowerCase())) {
    list[0] = { ...to, host: "127.0.0.1", port: PORT, lookup: undefined };
  }
  return connect.apply(this, args);
};
