import { existsSync } from 'node:fs';
import { type CheckResult, fault, messageOf, ok, skipped, warning } from './finding';
import { runProgram } from './run-program';

const UNIT = 'icmp-mon-agent';
const UNIT_FILES = [`/etc/systemd/system/${UNIT}.service`, `/usr/lib/systemd/system/${UNIT}.service`];
const SYSTEMCTL = '/usr/bin/systemctl';
const SYSTEMCTL_MS = 10_000;
const READY_MS = 3_000;

interface ReadyAnswer {
  ok: boolean;
  parts: Record<string, { ok: boolean; detail: string }>;
}

/** Whether systemd runs the agent, if it is installed as a service. */
export async function checkUnit(): Promise<CheckResult> {
  if (!existsSync('/run/systemd/system')) return skipped('This machine does not run systemd.');
  if (!UNIT_FILES.some((file) => existsSync(file))) return skipped(`There is no unit ${UNIT}.`);
  const properties = 'ActiveState,UnitFileState,NRestarts,Result';
  const { code, output } = await runProgram(SYSTEMCTL, ['show', UNIT, '-p', properties], SYSTEMCTL_MS);
  if (code !== 0)
    return warning(`systemd does not report the unit ${UNIT}: ${output.slice(0, 200)}`, `systemctl status ${UNIT}`);
  const of = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(output)?.[1] ?? '';
  if (of('ActiveState') !== 'active') {
    return fault(
      `The unit ${UNIT} is ${of('ActiveState')} (${of('Result')}).`,
      `systemctl restart ${UNIT}; journalctl -u ${UNIT} -n 20`,
    );
  }
  const restarts = Number(of('NRestarts'));
  if (of('UnitFileState') !== 'enabled')
    return warning(`The unit ${UNIT} will not start at boot.`, `systemctl enable ${UNIT}`);
  if (restarts > 0)
    return warning(`systemd restarted the agent ${restarts} times.`, `journalctl -u ${UNIT} -p warning`);
  return ok(`The unit ${UNIT} is active and starts at boot.`);
}

/** Whether the running agent reports that it is ready. */
export async function checkRunning(opsPort: number): Promise<CheckResult> {
  const start = existsSync('/run/systemd/system') ? `systemctl start ${UNIT}` : 'icmpmon-agent run';
  let answer: ReadyAnswer;
  try {
    const response = await fetch(`http://127.0.0.1:${opsPort}/readyz`, { signal: AbortSignal.timeout(READY_MS) });
    answer = (await response.json()) as ReadyAnswer;
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return warning(`No agent answers on port ${opsPort}: ${messageOf(cause)}`, start);
  }
  const troubles = Object.entries(answer.parts ?? {}).filter(([, part]) => !part.ok);
  if (troubles.length === 0) return ok(`The agent runs and is ready (port ${opsPort}).`);
  const text = troubles.map(([name, { detail }]) => `${name}: ${detail}`).join('; ');
  return fault(`The running agent is not ready. ${text}`, 'See the findings above.');
}
