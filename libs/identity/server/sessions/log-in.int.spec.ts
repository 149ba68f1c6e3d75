import { PERMISSIONS } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { eventually, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChangePassword, ChangePasswordHandler } from '../accounts/change-password';
import { DisableUser, DisableUserHandler } from '../accounts/disable-user';
import { EnsureUser, EnsureUserHandler } from '../accounts/ensure-user';
import { IssuePasswordLink, IssuePasswordLinkHandler } from '../accounts/issue-password-link';
import { OwnPassword } from '../accounts/own-password';
import { RemoveUser, RemoveUserHandler } from '../accounts/remove-user';
import { ResetPassword, ResetPasswordHandler } from '../accounts/reset-password';
import { UsePasswordLink, UsePasswordLinkHandler } from '../accounts/use-password-link';
import { LogIn, LogInHandler, type LoggedIn } from './log-in';
import { SecondFactorPolicy } from '../second-factor/second-factor-policy';
import { LoginAttempts } from './login-attempts';
import { LoginChallenges } from './login-challenges';
import { Sessions } from './sessions';

const [PASSWORD, NEXT_PASSWORD] = ['correct horse battery staple', 'four other horses at the gate'];
const METADATA = { actor: 'system:test', causationId: null, correlationId: newId() };
const ADMIN = { permissions: PERMISSIONS };
const CLIENT = { address: '127.0.0.1', userAgent: null };

let testing: TestDatabase;
let control: ControlDatabase;
let store: EventStore;
let sessions: Sessions;

beforeAll(async () => {
  testing = await testDatabase('control');
  control = new ControlDatabase({ url: testing.url });
  store = new EventStore(control);
  sessions = new Sessions(control);
  await newUser('admin', 'admin');
});
afterAll(async () => {
  await control.close();
  await testing.dropDatabase();
});

async function newUser(name: string, role: 'viewer' | 'admin' = 'viewer'): Promise<string> {
  await new EnsureUserHandler(control, store).execute(new EnsureUser(name, PASSWORD, role, METADATA));
  const [{ id }] = await control.query<{ id: string }>('SELECT id FROM user_account WHERE name = $1', [name]);
  return id;
}

async function logIn(name: string, ofSessions = sessions): Promise<LoggedIn> {
  const needed = [new LoginAttempts(), new LoginChallenges(control), new SecondFactorPolicy()] as const;
  const login = await new LogInHandler(control, ofSessions, ...needed).execute(
    new LogIn(name, PASSWORD, CLIENT, { address: '127.0.0.1', known: null }),
  );
  if ('challenge' in login) throw new Error('The login needs a second step.');
  return login;
}

/** Runs `change` between the check of a login's password and the beginning of its session. */
class InterruptedSessions extends Sessions {
  constructor(private readonly change: () => Promise<unknown>) {
    super(control);
  }

  override async beginSession(...given: Parameters<Sessions['beginSession']>): ReturnType<Sessions['beginSession']> {
    await this.change();
    return super.beginSession(...given);
  }
}

async function changePassword(userId: string): Promise<void> {
  const { user } = await logIn('changes');
  await new ChangePasswordHandler(new OwnPassword(control, new LoginAttempts()), store, sessions).execute(
    new ChangePassword(
      { userId, sessionId: user.sessionId },
      { current: PASSWORD, next: NEXT_PASSWORD },
      '127.0.0.1',
      METADATA,
    ),
  );
}

async function setPasswordByLink(userId: string): Promise<void> {
  const issue = new IssuePasswordLinkHandler(control, store);
  const { token } = await issue.execute(new IssuePasswordLink(userId, METADATA, ADMIN));
  const use = new UsePasswordLinkHandler(control, store, sessions);
  await use.execute(new UsePasswordLink({ token, newPassword: NEXT_PASSWORD }, METADATA));
}

const CHANGES: [string, (userId: string) => Promise<unknown>][] = [
  ['changes', changePassword],
  ['has a link', setPasswordByLink],
  [
    'is reset',
    (userId) =>
      new ResetPasswordHandler(control, store, sessions).execute(new ResetPassword(userId, NEXT_PASSWORD, METADATA)),
  ],
  [
    'is disabled',
    (userId) => new DisableUserHandler(store, sessions).execute(new DisableUser(userId, METADATA, ADMIN)),
  ],
  ['is removed', (userId) => new RemoveUserHandler(store, sessions).execute(new RemoveUser(userId, METADATA, ADMIN))],
];

/** Waits until a statement waits for a lock. */
const isWaiting = (statement: string): Promise<void> =>
  eventually(async () => {
    const waiting = await control.query(
      `SELECT 1 FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`,
      [statement],
    );
    expect(waiting).toHaveLength(1);
  });

describe('a login whose password was verified before a change that ends all logins', () => {
  it.each(CHANGES)('is refused after the change was stored: the user %s', async (name, change) => {
    const userId = await newUser(name);
    const interrupted = new InterruptedSessions(() => change(userId));
    await expect(logIn(name, interrupted)).rejects.toMatchObject({ code: 'unauthenticated' });
    const left = await control.query('SELECT 1 FROM login_session WHERE user_id = $1 AND ended_at IS NULL', [userId]);
    expect(left).toHaveLength(name === 'changes' ? 1 : 0);
  });

  it('waits for a change that is being stored, and is refused then', async () => {
    const userId = await newUser('waits');
    let login: Promise<unknown> = Promise.resolve();
    await control.transaction(async (sql) => {
      await sql.execute(`UPDATE user_account SET password_hash = password_hash || '=' WHERE id = $1`, [userId]);
      login = logIn('waits').catch((error: unknown) => error);
      await isWaiting('SELECT 1 FROM user_account%FOR SHARE');
    });
    expect(await login).toMatchObject({ code: 'unauthenticated' });
  });

  it('is ended by a change that waits for it', async () => {
    const userId = await newUser('waited for');
    let reset: Promise<unknown> = Promise.resolve();
    await control.transaction(async (sql) => {
      await sql.query('SELECT 1 FROM user_account WHERE id = $1 FOR SHARE', [userId]);
      const [, , [, change]] = CHANGES;
      reset = change(userId).catch((error: unknown) => error);
      await isWaiting('UPDATE user_account%');
      await sql.execute(
        `INSERT INTO login_session (id, user_id, expires_at) VALUES ($1, $2, now() + interval '1 hour')`,
        [newId(), userId],
      );
    });
    expect(await reset).toBeUndefined();
    const left = await control.query('SELECT 1 FROM login_session WHERE user_id = $1 AND ended_at IS NULL', [userId]);
    expect(left).toEqual([]);
  });
});
