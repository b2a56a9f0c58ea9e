"""The acts in their order: each shows one thing that a line is for."""

from dataclasses import replace
from typing import Final

from openline.demo.act import Act
from openline.demo.acts import claims, conflicts, links, receipts, traffic, unlocated, unshown

ACTS: Final = (
    Act(
        "The line is tried",
        "Every watch begins by trying the line: whoever answers is there, and everybody sees who "
        "has not answered.",
        0.2,
        receipts.line_check,
    ),
    Act(
        "A conflict that nobody had to look for",
        "North and south each file a plan. Both are told at once who is in whose way, where, when "
        "and how close, and why.",
        1.5,
        conflicts.automatic,
    ),
    Act(
        "A proposal and its acceptance",
        "South offers a way out that the server has checked; north accepts it; south amends its "
        "plan, and the conflict is over.",
        7.0,
        conflicts.proposal,
    ),
    Act(
        "A notice without a place",
        "North asks everybody to stay outside and does not say of what. Until it does, the notice "
        "stands for the whole agreed area.",
        14.0,
        unlocated.without_place,
    ),
    Act(
        "Continuing as planned",
        "South has read it and changes nothing. That is an answer too: a disagreement that both "
        "sides see, and that stays on the record.",
        17.5,
        unlocated.continuing,
    ),
    Act(
        "Clarification",
        "South asks for the place. North owes it, is overdue, and is called; then it names the "
        "place, and the conflict is gone.",
        20.0,
        unlocated.clarification,
    ),
    Act(
        "A near miss before anybody flies",
        "Two drone surveys do not overlap, and yet come closer than the agreed five miles. North "
        "says that it will adjust, and does.",
        27.0,
        conflicts.near_miss,
    ),
    Act(
        "A check that shows nothing",
        "Two plans are on no line. By a private check north learns that they would meet, which of "
        "its own volumes, and nothing else; an hour and a half later they would not.",
        32.5,
        unshown.private_check,
    ),
    Act(
        "A read-back that catches a wrong place",
        "Two persons enter a field hospital. South reads its place back with two digits swapped, "
        "and both sides see how far off that is.",
        35.0,
        receipts.readback,
    ),
    Act(
        "Received is not passed on",
        "An aid flight is notified. North passes it to its crews; south has read it, and its crews "
        "do not know. The aid cell sees exactly that.",
        44.0,
        receipts.dissemination,
    ),
    Act(
        "The live sky",
        "Two hundred aircraft and two dozen drones around the area, and those of the parties "
        "within it, each compared with what was declared.",
        57.0,
        traffic.live_sky,
        sky=True,
    ),
    Act(
        "A flight that leaves its plan",
        "A helicopter of the south leaves its corridor. Both sides are told that it is "
        "Nonconforming, how far, then Contingent, and when it is back.",
        61.0,
        traffic.nonconforming,
        sky=True,
    ),
    Act(
        "Two aircraft head-on",
        "A transport of the north descends towards an aid flight. The alert comes minutes before, "
        "and rises.",
        68.0,
        traffic.head_on,
        sky=True,
    ),
    Act(
        "Stop",
        "The aid cell calls STOP. The alarm goes on until a person of the north has it: any "
        "officer, not a named one. The descent ends, and so does the alert.",
        71.0,
        traffic.stop,
        sky=True,
    ),
    Act(
        "A closure with two limits",
        "South closes airspace and names two different upper limits for one place. That is "
        "refused, and says why; then it is given one.",
        75.0,
        claims.two_limits,
    ),
    Act(
        "A breach claim and its reply",
        "The aid cell claims that its notice came to the crews too late, with the entry of the "
        "record as evidence. South replies, and both settle it.",
        79.0,
        claims.breach,
    ),
    Act(
        "The review",
        "The record is exported, verified, and counted by the same rules for both sides: a report "
        "that both can make for themselves.",
        86.0,
        claims.review,
    ),
    Act(
        "Your turn",
        "Two plans are in each other's way again, and nobody has answered. Log in as one of the "
        "two sides.",
        88.0,
        conflicts.your_turn,
    ),
)
_STRAYED: Final = replace(
    next(act for act in ACTS if act.name == "nonconforming"),
    sentence="A helicopter of the south leaves its corridor. Its own server says Nonconforming, "
    "how far, then Contingent; the radar of the north sees it where nobody declared it.",
    play=traffic.strayed,
)
TWO_SERVERS: Final = (
    *(_STRAYED if act.name == "nonconforming" else act for act in ACTS[:-2]),
    Act(
        "The link is cut",
        "The servers cannot reach each other, and an urgent message waits. Each side knows that it "
        "knows nothing; then the link is there again, and nothing is lost.",
        85.0,
        links.cut,
    ),
    *(replace(act, minute=act.minute + 7.0) for act in ACTS[-2:]),
)
