import { ConfigError } from '@icmp-mon/platform/config';
import { counted, printable } from '@icmp-mon/platform/text';
import { examineAgent, type Finding, type FindingState } from '@icmp-mon/probing/agent';
import { readAgentConfig } from '../agent-config';

const MARKS: Record<FindingState, string> = { ok: 'ok     ', warning: 'warning', fault: 'FAULT  ', skipped: 'skipped' };
const EDIT = 'Correct it in /etc/icmp-mon/agent.env, or where the settings of the agent come from.';

/** Prints the findings; returns the exit code. */
export async function runDoctor(isJson: boolean): Promise<number> {
  const findings = await examine();
  const hasFault = findings.some(({ state }) => state === 'fault');
  process.stdout.write(isJson ? `${JSON.stringify({ ok: !hasFault, findings }, null, 2)}\n` : textOf(findings));
  return hasFault ? 1 : 0;
}

async function examine(): Promise<Finding[]> {
  try {
    return await examineAgent(readAgentConfig(process.env));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((detail) => ({ check: 'settings', state: 'fault', detail, fix: EDIT }));
  }
}

function textOf(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  // Details contain texts of the gateway and of files: none may look like another line, such as a command to paste.
  const lines = findings.flatMap(({ check, state, detail, fix }) => {
    const first = `${MARKS[state]}  ${check.padEnd(width)}  ${printable(detail)}`;
    return fix === undefined ? [first] : [first, `${' '.repeat(width + 11)}fix: ${printable(fix)}`];
  });
  const count = (state: FindingState): string =>
    counted(findings.filter((finding) => finding.state === state).length, state);
  return `${lines.join('\n')}\n${count('fault')}, ${count('warning')}.\n`;
}
