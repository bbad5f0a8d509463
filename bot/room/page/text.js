// Words and times: what a kind of note is called, and how an instant is written. No document in here.

const FAMILIES = {
  offer: "agree", proposal: "agree", milestone: "money", ledger: "money", contract: "contract", feedback: "contract",
  preview: "yours", ask: "yours", refusal: "refused", query: "plain", hint: "plain",
};

const TITLES = {
  "offer.sent": "Offer", "offer.accepted": "Offer accepted", "offer.declined": "Offer declined",
  "offer.withdrawn": "Offer withdrawn", "offer.expired": "Offer expired",
  "proposal.proposed": "Proposal", "proposal.countered": "Counter", "proposal.taken_back": "Counter taken back",
  "proposal.approved": "Proposal approved", "proposal.declined": "Proposal declined",
  "proposal.withdrawn": "Proposal withdrawn", "proposal.expired": "Proposal expired",
  "contract.opened": "Contract begins", "contract.ending": "Contract is ending", "contract.ended": "Contract ended",
  "feedback.revealed": "Feedback", "milestone.funded": "In escrow", "milestone.submitted": "Work submitted",
  "milestone.released": "Released", "ledger.settled": "Money is back",
  "ask.end": "A question for you", "query.list": "List", "query.status": "Status", "query.ledger": "Ledger",
  "query.help": "Help", "query.whoami": "You",
};

/// `proposal.countered P-1` → what the card is called, about what, and of which family it is.
export function readKind(kind) {
  const [name, ...rest] = kind.split(" ");
  const [family, what = ""] = name.split(".");
  const words = what.replaceAll("_", " ");
  const title = TITLES[name] ?? (family === "preview" ? "Please confirm"
    : family === "refusal" ? "Not done"
    : capital(words ? `${family} ${words}` : family));
  return { name, family: FAMILIES[family] ?? "plain", title, subject: rest.join(" ") };
}

const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/// A note ends with its number and hash, ` · N-12 a1b2c3`: shown small.
export function splitNumber(text) {
  const found = / · (N-\d+ [0-9a-f]{4,})$/.exec(text);
  return found ? { text: text.slice(0, found.index), number: found[1] } : { text, number: "" };
}

/// What a preview asks for, from its own last line.
export function readPreview(text) {
  const asked = [...text.matchAll(/\/confirm ([A-Za-z0-9]{2,32})\b(?: \(valid (\d+) min\))?/g)].at(-1);
  return asked ? { code: asked[1], minutes: Number(asked[2] ?? 0) } : null;
}

/// Whether somebody typed the confirmation of this code, or of the only open preview.
export function confirms(text, code) {
  const found = /^\s*(?:[/!]|@?parley:\s*)confirm(?:\s+(\S+))?/i.exec(text);
  return found !== null && (found[1] === undefined || found[1].toLowerCase() === code.toLowerCase());
}

export const isCommand = (text) => /^\s*([/!][a-z]|@?parley:)/i.test(text);

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long" });
const dayOfYear = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long", year: "numeric" });

export const timeOf = (ms) => clock.format(ms);
export const inUtc = (ms) => `${new Date(ms).toISOString().replace("T", " ").slice(0, 19)} UTC`;

export function dayOf(ms, now) {
  const then = new Date(ms);
  const today = new Date(now);
  if (then.toDateString() === today.toDateString()) return "Today";
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (then.toDateString() === yesterday.toDateString()) return "Yesterday";
  return (then.getFullYear() === today.getFullYear() ? day : dayOfYear).format(ms);
}

/// A number from 0 to `most` − 1 that stays the same for an id: for the colour behind an initial.
export function tint(id, most) {
  let sum = 7;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return sum % most;
}

export const initial = (name) => (Array.from(name.trim())[0] ?? "?").toUpperCase();

export function readHandles(typed) {
  return typed.split(/[\s,;]+/).map((handle) => handle.replace(/^@/, "").toLowerCase()).filter(Boolean);
}
