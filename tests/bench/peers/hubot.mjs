// Hubot 14 with an adapter for the room: every message goes through its middleware and listeners, as a script would
// have it.
import { Adapter, Robot, TextMessage, User } from 'hubot';
import { Books, link } from './shop.mjs';

const books = new Books();

class Room extends Adapter {
  async send(envelope, ...posts) { this.link(...posts); }
  async run() {
    this.link = link((frame) => {
      const message = new TextMessage(new User(frame.user, { room: frame.channel }), frame.text, frame.id);
      message.frame = frame;
      this.robot.receive(message);
    });
    this.emit('connected');
  }
}

process.env.HUBOT_LOG_LEVEL = 'error';
const robot = new Robot({ use: (made) => new Room(made) }, false, 'parley');
await robot.loadAdapter();
const hear = (pattern, act) => robot.hear(pattern, async (res) => {
  const post = act(res.message.frame);
  if (post) await res.send(post);
});
hear(/^\/offer\b/, (frame) => books.alone(() => books.offer(frame)));
hear(/^\/withdraw O-\d+/, (frame) => books.alone(() => books.withdraw(frame)));
hear(/^\/status O-\d+/, (frame) => books.status(frame));
await robot.run();
