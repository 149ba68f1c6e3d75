import { settlesWithin } from '@icmp-mon/platform/concurrency';
import { printable } from '../output/printable';
import type { Actions, Session } from '../session';
import { candidatesOf, type NameKind } from './candidates';
import { FILES_MARK, SCRIPTS } from './scripts';

/** Longest wait for the server: a person waits for the completion. */
const ANSWER_MS = 1_500;

const PATHS: Readonly<Record<NameKind, string>> = { tier: 'tiers', agent: 'agents', user: 'users' };

export const COMPLETION_ACTIONS: Actions = {
  async completion({ asked, output }) {
    await output.printLine((SCRIPTS[asked.args[0] ?? ''] ?? '').trimEnd());
  },
  async complete(session) {
    const { words, names, isFile } = candidatesOf(session.asked.args);
    const known = names === undefined ? [] : await namesOf(session, names);
    for (const word of [...words, ...known, ...(isFile ? [FILES_MARK] : [])]) await session.output.printLine(word);
  },
};

/** Returns names that the server knows; none if it does not answer in time, because a completion reports no errors. */
async function namesOf(session: Session, kind: NameKind): Promise<string[]> {
  const asked = readNames(session, kind).catch(() => []);
  return (await settlesWithin(asked, ANSWER_MS)) ? asked : [];
}

async function readNames({ api }: Session, kind: NameKind): Promise<string[]> {
  const { items } = await api.readDocument<{ items: { name: string }[] }>(PATHS[kind]);
  // A name with blanks or control characters would become several words of the command line.
  return items.map(({ name }) => name).filter((name) => printable(name) === name && /^[^\s'"\\$`]+$/.test(name));
}
