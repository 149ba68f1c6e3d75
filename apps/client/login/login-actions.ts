import path from 'node:path';
import type { SessionView } from '@icmp-mon/identity/contract';
import { UsageError } from '@icmp-mon/platform/command-line';
import { ApiClient } from '../api/api-client';
import { Refusal } from '../api/refusal';
import { checkedKey, connectionOf } from '../connection/connection';
import { profilesPath, readProfiles, writeProfiles } from '../connection/profiles';
import { printDocument, reportChange } from '../output/print-document';
import { timeText } from '../output/times';
import type { Actions, Session } from '../session';
import { readKey } from './read-key';

const DEFAULT_PROFILE = 'default';
const NAME = /^[\w.-]{1,63}$/;

export const LOGIN_ACTIONS: Actions = { login, logout, whoami };

/** Checks an API key and stores it with the address. */
async function login(session: Session): Promise<void> {
  const { asked, output, environment, signal } = session;
  const name = asked.text('profile') ?? environment['ICMPMON_PROFILE'] ?? DEFAULT_PROFILE;
  if (!NAME.test(name)) throw new UsageError('--profile must be 1 to 63 letters, digits, dots, dashes or underscores.');
  const stored = readProfiles(environment);
  // The named profile may not exist yet; if it does, its address is the default.
  const known = Object.hasOwn(stored.profiles, name) ? stored.profiles[name] : undefined;
  const url = asked.text('url') ?? environment['ICMPMON_URL'] ?? known?.url;
  if (url === undefined) throw new UsageError('Name the installation: icmpmon login --url https://mon.example.org');
  const caFile = asked.text('ca') ?? environment['ICMPMON_CA'] ?? known?.ca;
  const ca = caFile === undefined ? undefined : path.resolve(caFile);
  const connection = connectionOf({ url, ca, keyFile: asked.text('key-file'), profile: null }, environment);
  warnOfPlainHttp(connection.url, (line) => output.note(line));
  const apiKey = connection.apiKey ?? checkedKey(await readKey(`API key for ${connection.url.origin}: `), 'The input');
  const api = new ApiClient({ ...connection, apiKey }, (line) => output.note(line), signal);
  try {
    const { user, role } = await api.readDocument<SessionView>('auth/me');
    const profile = { url: api.url, apiKey, ...(ca !== undefined && { ca }) };
    writeProfiles({ version: 1, current: name, profiles: { ...stored.profiles, [name]: profile } }, environment);
    const remark = `Stored in ${profilesPath(environment)}: profile ${name}, API key ${user} with the role ${role}.`;
    await reportChange(session, remark, async () => ({ profile: name, url: api.url, user, role }));
  } finally {
    api.close();
  }
}

function warnOfPlainHttp({ protocol, hostname }: URL, warn: (line: string) => void): void {
  if (protocol === 'https:' || /^(localhost|127\.|\[::1\])/.test(hostname)) return;
  warn(`Requests to ${hostname} are not encrypted: others on the network can read the API key. Prefer https://.`);
}

async function logout(session: Session): Promise<void> {
  const { asked, environment } = session;
  const { current, profiles } = readProfiles(environment);
  const name = asked.text('profile') ?? environment['ICMPMON_PROFILE'] ?? current;
  if (name === null || !Object.hasOwn(profiles, name)) throw new Refusal(notStored(name, Object.keys(profiles)));
  const { [name]: removed, ...others } = profiles;
  writeProfiles({ version: 1, current: current === name ? null : current, profiles: others }, environment);
  const remark = `The profile ${name} (${removed?.url}) is removed. Its API key stays valid until it is revoked: icmpmon api-keys revoke`;
  await reportChange(session, remark, async () => ({ profile: name, url: removed?.url }));
}

function notStored(name: string | null, known: readonly string[]): string {
  const missing = name === null ? 'No profile is in use' : `There is no profile "${name}"`;
  const help = known.length === 0 ? 'None is stored.' : `Name one by --profile: ${known.join(', ')}.`;
  return `${missing}. Nothing was changed. ${help}`;
}

async function whoami(session: Session): Promise<void> {
  const { api, output } = session;
  const me = await api.readDocument<SessionView>('auth/me');
  await printDocument(session, me, () =>
    output.printFields({
      url: api.url,
      'API key': me.user,
      role: me.role,
      permissions: me.permissions.join(' '),
      expires: timeText(me.expiresAt) ?? 'never',
    }),
  );
}
