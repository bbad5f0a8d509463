// What every Node bot of the comparison shares: the link to the chat server, the rows, and the words of the notes. The
// rows are the least that a bot can keep and still be trusted: who typed what, what came of it, that it happened, and
// what is to be posted. Opened as Parley opens its own file: WAL, and every commit on the disk before it returns.
import Database from 'better-sqlite3';
import WebSocket from 'ws';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

export const [folder, port] = [process.argv[2], Number(process.argv[3])];

export class Books {
  constructor() {
    this.db = new Database(join(folder, 'bot', 'peer.db'));
    for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'locking_mode = EXCLUSIVE', 'wal_autocheckpoint = 8192'])
      this.db.pragma(pragma);
    this.db.exec(`
      CREATE TABLE inbox(id INTEGER PRIMARY KEY, channel TEXT NOT NULL, message TEXT NOT NULL, at INTEGER NOT NULL,
        UNIQUE (channel, message)) STRICT;
      CREATE TABLE offer(number INTEGER PRIMARY KEY, channel TEXT NOT NULL, state TEXT NOT NULL, title TEXT NOT NULL,
        minor INTEGER NOT NULL, due INTEGER) STRICT;
      CREATE TABLE event(position INTEGER PRIMARY KEY, cause INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL) STRICT;
      CREATE TABLE outbox(id INTEGER PRIMARY KEY, channel TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL,
        key TEXT NOT NULL) STRICT;`);
    const prepare = (sql) => this.db.prepare(sql);
    this.begin = prepare('BEGIN IMMEDIATE');
    this.commit = prepare('COMMIT');
    this.heard = prepare('INSERT OR IGNORE INTO inbox(channel, message, at) VALUES (?, ?, ?)');
    this.offered = prepare("INSERT INTO offer(channel, state, title, minor, due) VALUES (?, 'pending', 'Logo', 30000, ?)");
    this.withdrawn = prepare("UPDATE offer SET state = 'withdrawn', due = NULL WHERE number = ? AND state = 'pending'");
    this.looked = prepare('SELECT state, title, minor, due FROM offer WHERE number = ?');
    this.happened = prepare('INSERT INTO event(cause, kind, body) VALUES (?, ?, ?)');
    this.posts = prepare('INSERT INTO outbox(channel, kind, text, key) VALUES (?, ?, ?, ?)');
  }

  /// Inside a transaction: the four rows of a command that changes something. Returns the post, or nothing where the
  /// command was heard before.
  write(frame, act) {
    const heard = this.heard.run(frame.channel, frame.id, frame.at);
    if (heard.changes === 0) return null;
    const { kind, words, body } = act(frame);
    this.happened.run(heard.lastInsertRowid, kind, JSON.stringify(body));
    return this.post(frame, kind, words, true);
  }

  post(frame, kind, text, kept) {
    const key = randomBytes(16).toString('hex');
    if (kept) this.posts.run(frame.channel, kind, text, key);
    return { type: 'post', channel: frame.channel, text, key, kind };
  }

  offer(frame) {
    return this.write(frame, () => {
      const { lastInsertRowid: n } = this.offered.run(frame.channel, frame.at + 2_592_000_000);
      return {
        kind: `offer.sent O-${n}`,
        words: `O-${n} "Logo": Somebody offers Somebody a contract, v1: $300.00.\nScope: 3 concepts, SVG\n` +
          `Next, Somebody: /accept O-${n} v1, or /decline O-${n}, until 2026-12-02 09:00Z.`,
        body: { id: `O-${n}`, title: 'Logo', amount: '300.00 USD', scope: '3 concepts, SVG', at: frame.at },
      };
    });
  }

  withdraw(frame) {
    const n = numberIn(frame.text);
    return this.write(frame, () => {
      this.withdrawn.run(n);
      return { kind: `offer.withdrawn O-${n}`, words: `O-${n} "Logo": Somebody withdraws the offer.`, body: { id: `O-${n}`, at: frame.at } };
    });
  }

  /// A query changes nothing and leaves no row.
  status(frame) {
    const n = numberIn(frame.text);
    const row = this.looked.get(n);
    const words = row ? `O-${n} "${row.title}" is ${row.state}, $${(row.minor / 100).toFixed(2)}.` : `There is no O-${n}.`;
    return this.post(frame, `status O-${n}`, words, false);
  }

  /// A transaction of its own for each command, as a bot that knows nothing of groups.
  alone(act) {
    this.begin.run();
    const post = act();
    this.commit.run();
    return post;
  }
}

export const numberIn = (text) => Number(/O-(\d+)/.exec(text)[1]);
export const verb = (text) => (text.startsWith('/') ? text.slice(1).split(' ', 1)[0] : '');

/// Signs in and hands every message that a person typed to `heard(frame)`. Frames come several to a WebSocket message,
/// a line each. Returns `send(posts)`.
export function link(heard) {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/ws`, { perMessageDeflate: false });
  ws.on('open', () => ws.send('{"type":"sign_in","token":"t","rooms":false}'));
  ws.on('message', (data) => {
    for (const line of data.toString().split('\n')) {
      const frame = JSON.parse(line);
      if (frame.type === 'welcome') console.log('bot ready');
      else if (frame.type === 'message' && !frame.bot) heard(frame);
    }
  });
  ws.on('close', () => process.exit(0));
  process.on('SIGTERM', () => process.exit(0));
  return (...posts) => ws.send(posts.map((p) => JSON.stringify(p)).join('\n'));
}
