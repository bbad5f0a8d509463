// Starts and stops the real thing: `deploy/start` with a free port and a data directory of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const BUILD_AND_START = 20 * 60_000;
const STOP = 20_000;

async function freePort() {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const within = (ms, what, promise) => {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

export class House {
  data = fs.mkdtempSync(path.join(os.tmpdir(), 'parley-browser-'));
  port = 0;
  #start = null;
  #ended = null;

  get origin() { return `http://127.0.0.1:${this.port}`; }

  /** Resolves with the two sign-in links that are printed. */
  async start() {
    this.port ||= await freePort();
    const child = spawn(path.join(top, 'deploy/start'), ['--port', String(this.port), '--data', this.data],
                        { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#start = child;
    this.#ended = once(child, 'exit');
    let printed = '';
    const links = new Promise((resolve, reject) => {
      const hear = (chunk) => {
        printed += chunk;
        const carl = /the client, Carl:\s+(\S+)/.exec(printed)?.[1];
        const freya = /the freelancer, Freya:\s+(\S+)\n/.exec(printed)?.[1];
        if (carl && freya) resolve({ carl, freya });
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('exit', (code) => reject(new Error(`deploy/start ended with ${code}:\n${printed.slice(-3000)}`)));
    });
    links.catch(() => {});
    return within(BUILD_AND_START, 'deploy/start', links);
  }

  /** The pids of our own `parley` processes: those that name our data directory, `serve` or `room`. */
  pids(role) {
    return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
      try {
        const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return path.basename(words[0]) === 'parley' && words[1] === role && words.includes(this.data);
      } catch {
        return false;
      }
    });
  }

  /** kill -9 of the bot. `deploy/start` then ends by itself and takes the room along; resolves with its exit code. */
  async killBot() {
    const found = this.pids('serve');
    if (found.length !== 1) throw new Error(`one bot was expected, there are ${found.length}`);
    process.kill(found[0], 'SIGKILL');
    const [code] = await within(STOP, 'the end of deploy/start', this.#ended);
    this.#start = null;
    return code;
  }

  async stop() {
    if (this.#start && this.#start.exitCode === null && this.#start.signalCode === null) {
      // The group, because a build may still be under way.
      process.kill(-this.#start.pid, 'SIGTERM');
      await within(STOP, 'stopping', this.#ended).catch(() => process.kill(-this.#start.pid, 'SIGKILL'));
    }
    for (const pid of [...this.pids('serve'), ...this.pids('room')]) process.kill(pid, 'SIGKILL');
  }

  log() {
    return ['room.log', 'bot.log'].map((name) => {
      try {
        return `--- ${name}\n${fs.readFileSync(path.join(this.data, name), 'utf8').slice(-3000)}`;
      } catch {
        return '';
      }
    }).join('\n');
  }

  clear() { fs.rmSync(this.data, { recursive: true, force: true }); }
}
