// Starts and stops the real thing: `deploy/start --xmpp` with free ports and a data directory of its own. Where PARLEY
// names a binary, that one serves, and nothing is built.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const parley = path.resolve(process.env.PARLEY ?? path.join(top, 'build/release/parley'));
const BUILD_AND_START = 20 * 60_000;
const STOP = 40_000;

const listens = async (port) => {
  const server = net.createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

/** The first of four ports that are free. */
export async function freePorts() {
  for (;;) {
    const held = [await listens(0)];
    const { port } = held[0].address();
    try {
      for (const n of [1, 2, 3]) held.push(await listens(port + n));
      return port;
    } catch (error) {
      if (!['EADDRINUSE', 'EACCES', 'ERR_SOCKET_BAD_PORT'].includes(error.code)) throw error;
    } finally {
      for (const one of held) one.close();
    }
  }
}

const within = (ms, what, promise) => {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

/** Not ended, also where nobody has asked yet how it did. */
function runs(pid) {
  try {
    return !fs.readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /s, '').startsWith('Z');
  } catch {
    return false;
  }
}

/** Every process below this one: {id: command line}. */
export function below(pid) {
  const parents = new Map();
  for (const name of fs.readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    try {
      const stat = fs.readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch { /* it has ended */ }
  }
  const found = {};
  const look = (parent) => {
    for (const [child, its] of parents) {
      if (its !== parent || child in found) continue;
      try {
        found[child] = fs.readFileSync(`/proc/${child}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      } catch {
        found[child] = '';
      }
      look(child);
    }
  };
  look(pid);
  return found;
}

export class Trial {
  data = fs.mkdtempSync(path.join(os.tmpdir(), 'parley-people-'));
  port = 0;
  #start = null;
  #ended = null;

  constructor(kind = 'prosody') { this.kind = kind; }

  get folder() { return path.join(this.data, 'xmpp', this.kind); }
  get pid() { return this.#start.pid; }

  password(name) { return fs.readFileSync(path.join(this.folder, `${name}.password`), 'utf8').trim(); }

  #words(port, data) {
    const options = ['--port', String(port), '--data', data];
    return process.env.PARLEY
      ? ['python3', [path.join(top, 'deploy/xmpp/start'), this.kind, '--parley', parley, ...options]]
      : [path.join(top, 'deploy/start'), ['--xmpp', this.kind, ...options]];
  }

  /** Starts another one, which is expected to give up: `{ code, said }`. */
  another({ port = this.port, data = this.data }) {
    const [command, words] = this.#words(port, data);
    const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8', timeout: 60_000 });
    return { code: status, said: stdout + stderr };
  }

  /** Resolves with the two links that are printed. */
  async start() {
    this.port ||= await freePorts();
    const [command, words] = this.#words(this.port, this.data);
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#start = child;
    this.#ended = once(child, 'exit');
    this.printed = '';
    const links = new Promise((resolve, reject) => {
      const hear = (chunk) => {
        this.printed += chunk;
        const carl = /the client, Carl:\s+(\S+)/.exec(this.printed)?.[1];
        const freya = /the freelancer, Freya:\s+(\S+)\n/.exec(this.printed)?.[1];
        if (carl && freya && this.printed.includes('Ctrl-C stops')) resolve({ carl, freya });
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('exit', (code) => reject(new Error(`deploy/start ended with ${code}:\n${this.printed.slice(-3000)}`)));
    });
    links.catch(() => {});
    return within(BUILD_AND_START, 'deploy/start', links);
  }

  /** Ctrl-C, as a terminal sends it: to everybody in it. Resolves with the exit code, and who is left of them. */
  async interrupt() {
    const ours = Object.entries(below(this.pid));
    process.kill(-this.pid, 'SIGINT');
    const [code] = await within(STOP, 'the end of deploy/start', this.#ended);
    this.#start = null;
    return { code, ended: ours.length, left: ours.filter(([pid]) => runs(pid)) };
  }

  /** Kills what was started, and that alone: resolves with how many it had started, and who of them is left. */
  async kill() {
    const ours = Object.keys(below(this.pid));
    process.kill(this.pid, 'SIGKILL');
    await this.#ended;
    this.#start = null;
    const left = () => ours.filter(runs);
    for (const until = Date.now() + STOP; left().length && Date.now() < until;) await new Promise((r) => { setTimeout(r, 100); });
    return { ended: ours.length, left: left() };
  }

  /** What is true of a subject of the stopped bot's store. */
  inspect(...subject) {
    return JSON.parse(execFileSync(parley, ['inspect', '--json', ...subject, '--data', this.folder], { encoding: 'utf8' }));
  }

  log() {
    return ['bot.log', 'server/server.log'].map((name) => {
      try {
        return `--- ${name}\n${fs.readFileSync(path.join(this.folder, name), 'utf8').slice(-2000)}`;
      } catch {
        return '';
      }
    }).join('\n');
  }

  async close() {
    if (this.#start && this.#start.exitCode === null && this.#start.signalCode === null) {
      const ours = [this.pid, ...Object.keys(below(this.pid)).map(Number)];
      process.kill(-this.pid, 'SIGTERM');
      await within(STOP, 'stopping', this.#ended).catch(() => {
        for (const pid of ours) {
          try {
            process.kill(pid, 'SIGKILL');
          } catch { /* it has ended */ }
        }
      });
    }
    fs.rmSync(this.data, { recursive: true, force: true });
  }
}
