// Slack Bolt 5 with a receiver for the room: every command goes through its authorisation, middleware and listeners;
// the acknowledgement carries the reply.
import bolt from '@slack/bolt';
import { Books, link, verb } from './shop.mjs';

const books = new Books();

class Room {
  init(app) { this.app = app; }
  async start() {
    const send = link((frame) => {
      const command = verb(frame.text);
      const body = command
        ? { command: `/${command}`, text: frame.text, user_id: frame.user, channel_id: frame.channel, team_id: 'T1', frame }
        : { type: 'event_callback', team_id: 'T1', event: { type: 'message', text: frame.text, user: frame.user, channel: frame.channel, ts: String(frame.at) } };
      this.app.processEvent({ body, ack: async (post) => { if (post) send(post); } });
    });
  }
  async stop() {}
}

const app = new bolt.App({
  receiver: new Room(),
  logLevel: bolt.LogLevel.ERROR,
  authorize: async () => ({ botToken: 'none', botId: 'B1', botUserId: 'U1' }),
});
app.command('/offer', async ({ body, ack }) => ack(books.alone(() => books.offer(body.frame))));
app.command('/withdraw', async ({ body, ack }) => ack(books.alone(() => books.withdraw(body.frame))));
app.command('/status', async ({ body, ack }) => ack(books.status(body.frame)));
await app.start();
