// A line that can be cut: the bot's connections to the chat server go through it.
import { createServer, connect } from 'node:net';

export class Line {
  #pairs = new Set();
  #held = false;

  static async to(port) {
    const line = new Line();
    line.server = createServer((near) => line.#join(near, connect(port, '127.0.0.1')));
    await new Promise((resolve) => line.server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get port() { return this.server.address().port; }

  #join(near, far) {
    const pair = { near, far };
    this.#pairs.add(pair);
    const end = () => {
      near.destroy();
      far.destroy();
      this.#pairs.delete(pair);
    };
    for (const [from, to] of [[near, far], [far, near]]) {
      from.on('data', (bytes) => {
        if (!to.write(bytes)) from.pause();
      });
      to.on('drain', () => { if (!this.#held) from.resume(); });
      from.on('close', end).on('error', end);
    }
    if (this.#held) this.#hold(pair);
  }

  #hold({ near, far }) {
    near.pause();
    far.pause();
  }

  /** Both ends learn at once that it is gone. */
  cut() {
    for (const { near, far } of [...this.#pairs]) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  /** Nothing comes through any more, and nobody is told. */
  hold() {
    this.#held = true;
    this.#pairs.forEach((pair) => this.#hold(pair));
  }

  /** It goes on where it stopped. */
  release() {
    this.#held = false;
    for (const { near, far } of this.#pairs) {
      near.resume();
      far.resume();
    }
  }

  close() {
    this.cut();
    this.server.close();
  }
}
