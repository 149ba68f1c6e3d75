import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EVENT_SCHEMAS, Messaging } from '@icmp-mon/platform/messaging';
import { newId } from '@icmp-mon/platform/ids';
import { distDir, rootDir } from '@icmp-mon/infra/testing';
import { Findings, type FaultContext, type Verdict } from '../fault';
import type { Installation } from '../installation';
import { underLoad } from '../under-load';
import { endAndWait } from '@icmp-mon/e2e/testing';
import { APPS } from './kill-processes';

const ROUNDS = { short: 1, full: 3 };
const NEWER_EVENTS = { short: 5, full: 100 };
const HOLD_MS = 3_000;
const CAUSES_MAX = 200;

/** Messages of a newer producer, a rolling restart of every app, and each app one version older for a while. */
export async function run(context: FaultContext): Promise<Verdict> {
  const findings = new Findings(context.printLine);
  await underLoad(context, findings, async (installation) => {
    const { access, topicPrefix } = installation.product;
    const messaging = new Messaging({
      brokers: access.kafkaBrokers,
      sasl: access.kafkaSasl,
      topicPrefix,
      clientId: 'faults',
    });
    try {
      const before = await deadLetters(messaging);
      await newerEvents(findings, messaging, context.short ? NEWER_EVENTS.short : NEWER_EVENTS.full);
      await rollingRestart(context, installation);
      if (!context.short) await olderApps(context, findings, installation);
      await pause(HOLD_MS);
      const letters = (await deadLetters(messaging)) - before;
      findings.must('dead letters', letters, 0);
      if (letters > 0) await tellCauses(context, messaging);
    } finally {
      await messaging.close();
    }
  });
  return findings;
}

/** Sends event types that this version does not know, and a known type with an unknown field. */
async function newerEvents(findings: Findings, messaging: Messaging, count: number): Promise<void> {
  const topics = { target: 'targets', tier: 'tiers', agent: 'agents', 'target-status': 'target-status' };
  const known = 'icmpmon.agent.certificate-renewed.v1';
  const example = EVENT_SCHEMAS.get(known)?.examples[0] as object;
  let sent = 0;
  for (let at = 0; at < count; at++) {
    for (const [entity, topic] of Object.entries(topics)) {
      await messaging.sendMessages(`public.${topic}.v1`, [event(`icmpmon.${entity}.of-tomorrow.v1`, { anything: at })]);
      sent++;
    }
    await messaging.sendMessages('public.agents.v1', [event(known, { ...example, ofTomorrow: at })]);
    sent++;
  }
  findings.recordCount('events of a newer producer', sent);
}

function event(type: string, data: object): Parameters<Messaging['sendMessages']>[1][number] {
  const headers = {
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_source: 'urn:icmp-mon',
    ce_time: new Date().toISOString(),
    ce_type: type,
    ce_id: newId(),
  };
  return { key: 'of-tomorrow', value: Buffer.from(JSON.stringify(data)), headers };
}

async function rollingRestart({ short, printLine }: FaultContext, { product }: Installation): Promise<void> {
  const rounds = short ? ROUNDS.short : ROUNDS.full;
  for (let round = 1; round <= rounds; round++) {
    for (const app of APPS) {
      const seconds = await endAndWait(product, app);
      printLine(`round ${round}: ${app} restarted in ${seconds.toFixed(1)} s`);
    }
  }
}

/** Runs each app in turn in the version before the newest migration, together with the current others, and then again in its own version. */
async function olderApps({ printLine }: FaultContext, findings: Findings, { product }: Installation): Promise<void> {
  const older = git('rev-parse', `${git('log', '-1', '--format=%H', '--', 'migrations/frozen.json')}^`);
  const tree = path.join(product.dir, 'older');
  git('worktree', 'add', '--detach', '--force', tree, older);
  try {
    symlinkSync(path.join(rootDir, 'node_modules'), path.join(tree, 'node_modules'));
    for (const app of APPS) {
      build(tree, app);
      const [place, kept] = [path.join(distDir, 'apps', app), path.join(product.dir, `kept-${app}`)];
      cpSync(place, kept, { recursive: true });
      try {
        cpSync(path.join(tree, 'dist/apps', app), place, { recursive: true });
        await endAndWait(product, app);
        printLine(`${app} runs commit ${older.slice(0, 7)}`);
        await pause(HOLD_MS);
      } finally {
        rmSync(place, { recursive: true, force: true });
        cpSync(kept, place, { recursive: true });
      }
      await endAndWait(product, app);
      printLine(`${app} runs the current version again`);
    }
    findings.recordCount('older version', older.slice(0, 7));
  } finally {
    git('worktree', 'remove', '--force', tree);
  }
}

function build(tree: string, app: string): void {
  const script = path.join(tree, 'libs/platform/workspace/build-app.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, app], { cwd: tree, encoding: 'utf8' });
  if (status !== 0) throw new Error(`building the older ${app} failed: ${stderr.slice(-500)}`);
}

function git(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: rootDir, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args[0]} failed: ${stderr.trim()}`);
  return stdout.trim();
}

async function deadLetters(messaging: Messaging): Promise<number> {
  const bounds = await messaging.deadLetters.letterBounds();
  return [...bounds.values()]
    .flatMap((partitions) => [...partitions.values()])
    .reduce((sum, { low, high }) => sum + high - low, 0);
}

/** Prints the distinct causes of the dead letters. */
async function tellCauses({ printLine }: FaultContext, messaging: Messaging): Promise<void> {
  const causes = new Set<string>();
  for (const [topic, partitions] of await messaging.deadLetters.letterBounds()) {
    for (const [partition, { low }] of partitions) {
      for (const { headers } of await messaging.deadLetters.readLetters(
        { topic, partition, offset: low },
        CAUSES_MAX,
      )) {
        causes.add(`${topic}, ${headers['origin-group']}, ${headers['ce_type']}: ${headers['cause']}`);
      }
    }
  }
  for (const cause of causes) printLine(`   ${cause}`);
}
