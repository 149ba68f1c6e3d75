import { readFileSync } from 'node:fs';
import { UsageError } from '@icmp-mon/platform/command-line';
import { printable } from '@icmp-mon/platform/text';
import { policyProblems } from '@icmp-mon/probing/agent';

/** Prints all problems of a policy file; returns the exit code. @throws UsageError when no file is named */
export function checkPolicy(file = process.env['ICMPMON_AGENT_POLICY_FILE']): number {
  if (!file) throw new UsageError('Name the file: icmpmon-agent policy check FILE, or set ICMPMON_AGENT_POLICY_FILE.');
  let problems: string[];
  try {
    problems = policyProblems(readFileSync(file, 'utf8'));
  } catch (error) {
    problems = [error instanceof Error ? error.message : String(error)];
  }
  for (const problem of problems) process.stderr.write(`${printable(`${file}: ${problem}`)}\n`);
  if (problems.length === 0) process.stdout.write(`${file}: an agent accepts this file.\n`);
  return problems.length === 0 ? 0 : 1;
}
