// The cable between the bot and its server, which can be cut or held.
import net from 'node:net';

export class Cable {
  #sockets = new Set();
  #held = false;
  #cut = false;

  /** Listens on `port` of the loopback and leads to `target`. */
  static lay(port, target) {
    const cable = new Cable();
    return new Promise((resolve, reject) => {
      const server = net.createServer((one) => cable.#connect(one, target));
      server.on('error', reject);
      server.listen(port, '127.0.0.1', () => resolve(cable));
    });
  }

  #connect(near, port) {
    if (this.#cut) return near.destroy();
    const far = net.connect(port, '127.0.0.1');
    for (const [from, to] of [[near, far], [far, near]]) {
      this.#sockets.add(from);
      from.on('data', (bytes) => to.write(bytes));
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#held) from.pause();
    }
    return undefined;
  }

  /** Both ends see the connection go, and no new one comes about. */
  cut() {
    this.#cut = true;
    for (const one of this.#sockets) one.resetAndDestroy();
  }

  mend() { this.#cut = false; }

  /** Everybody stays connected, and nothing arrives. */
  hold() {
    this.#held = true;
    for (const one of this.#sockets) one.pause();
  }

  /** What was held arrives. */
  release() {
    this.#held = false;
    for (const one of this.#sockets) one.resume();
  }
}
