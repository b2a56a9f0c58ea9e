import { beforeEach, describe, expect, it } from "vitest";
import type { Board, Link } from "../src/api/types";
import { liveBoard } from "../src/state/board";
import { evidence, isReached, peerWords } from "../src/top/peers";
import "../src/top/bands";
import "../src/top/settings";

const peer: NonNullable<Link["peer"]> = {
  server: "reached", behind: 0, waiting: 0, refused: 0, evidence: [], cosigned: 41, cosigned_age_s: 12,
};
const link = (part: Partial<Link>): Link => ({
  party: "south", name: "South", own: false, state: "live", skewed: false, missing: [], age_s: 1, peer, ...part,
});

function boardOf(...links: Link[]): Board {
  return { links, threads: [], conflicts: [], unlocated: [], party: "north" } as unknown as Board;
}

describe("the server of another party", () => {
  it("says what it has of our record and how old that is", () => {
    expect(peerWords(peer)).toEqual(["reached", "has our record up to entry 41 cosigned, 12 s ago"]);
  });
  it("says that nothing is cosigned, what waits, what was refused, and why", () => {
    const words = peerWords({
      ...peer, server: "silent", cosigned: null, behind: 3, refused: 2, refuses: "another key", fault: "timed out",
    });
    expect(words[0]).toBe("silent");
    expect(words).toContain("has not cosigned our record yet");
    expect(words.join("; ")).toMatch(/another key.*3 messages.*2 messages.*timed out/);
    expect(isReached({ ...peer, server: "silent" })).toBe(false);
  });
  it("finds every contradiction", () => {
    const found = evidence([link({}), link({ name: "East", peer: { ...peer, evidence: ["a", "b"] } }), link({ peer: null })]);
    expect(found).toEqual([{ party: "East", what: "a" }, { party: "East", what: "b" }]);
  });
});

describe("the page", () => {
  beforeEach(() => {
    liveBoard.value = boardOf(link({ peer: { ...peer, server: "paused", evidence: ["its record got shorter"] } }));
    document.body.replaceChildren();
  });
  it("has a red band for a contradiction, as long as it is there", async () => {
    const bands = document.body.appendChild(document.createElement("o-bands")) as HTMLElement & { updateComplete: Promise<boolean> };
    await bands.updateComplete;
    const band = bands.shadowRoot!.querySelector(".band.danger[data-evidence]")!;
    expect(band.getAttribute("role")).toBe("alert");
    expect(band.textContent).toContain("South");
    expect(band.textContent).toContain("its record got shorter");
    expect(band.textContent).toContain("Ask its duty officer");
    liveBoard.value = boardOf(link({}));
    await bands.updateComplete;
    expect(bands.shadowRoot!.querySelector("[data-evidence]")).toBeNull();
  });
  it("lists the servers under the name of the person", async () => {
    const settings = document.body.appendChild(document.createElement("o-settings")) as HTMLElement & { updateComplete: Promise<boolean> };
    await settings.updateComplete;
    settings.shadowRoot!.querySelector("button")!.click();
    await settings.updateComplete;
    const text = settings.shadowRoot!.querySelector("[data-peer=south]")!.textContent!;
    expect(text).toContain("paused");
    expect(text).toContain("entry 41");
    expect(text).toContain("its record got shorter");
  });
});
