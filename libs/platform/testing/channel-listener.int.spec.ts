import { eventually, type TestDatabase, testDatabase } from './index';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChannelListener, ControlDatabase } from '@icmp-mon/platform/database';

const LISTENERS = `FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'listening test'`;

describe('a channel listener', () => {
  let home: TestDatabase;
  let database: ControlDatabase;
  let notified: number;
  let listener: ChannelListener;

  beforeAll(async () => {
    home = await testDatabase('control');
    database = new ControlDatabase({ url: home.url });
    notified = 0;
    listener = new ChannelListener({
      url: home.url,
      applicationName: 'listening test',
      channel: 'Some "channel"',
      onNotify: () => (notified += 1),
    });
  });

  afterAll(async () => {
    await listener.stop();
    await database.close();
    await home.dropDatabase();
  });

  const notify = (): Promise<unknown> => database.query(`SELECT pg_notify('Some "channel"', '')`);
  const listeners = async (): Promise<number> =>
    (await database.query<{ count: number }>(`SELECT count(*)::integer AS count ${LISTENERS}`))[0]?.count ?? -1;

  it('calls onNotify after connecting and for each notification, also after its connection was killed', async () => {
    listener.start();
    listener.start();
    await eventually(() => expect(notified).toBe(1));
    await notify();
    await eventually(() => expect(notified).toBe(2));
    await database.query(`SELECT pg_terminate_backend(pid) ${LISTENERS}`);
    await eventually(() => expect(notified).toBe(3));
    await notify();
    await eventually(() => expect(notified).toBe(4));
  });

  it('closes its connection when it is stopped, and can be started again', async () => {
    await listener.stop();
    await eventually(async () => expect(await listeners()).toBe(0));
    const before = notified;
    listener.start();
    await eventually(() => expect(notified).toBe(before + 1));
    expect(await listeners()).toBe(1);
  });

  it('stops although no server answers', async () => {
    const url = 'postgres://nobody@127.0.0.1:1/nothing';
    const lonely = new ChannelListener({ url, applicationName: 'x', channel: 'x', onNotify: () => undefined });
    lonely.start();
    await lonely.stop();
  });
});
