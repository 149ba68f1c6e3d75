import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { policyProblems } from '@icmp-mon/probing/agent';
import { awaitFirstResult } from './first-result';

const FIRST_PORT = 9_464;
const PORTS_TRIED_MAX = 200;
/** Exit code upon which the installer shows the agent's log. */
const SILENT = 2;

/** Commands that the installer (`packaging/join.sh`) runs with the agent's file; each prints its findings and returns an exit code. */
const COMMANDS: Record<string, (args: readonly string[]) => number | Promise<number>> = {
  '--check-policy': ([file = '']) => {
    const problems = policyProblems(readFileSync(file, 'utf8'));
    for (const problem of problems) process.stderr.write(`${problem}\n`);
    return problems.length === 0 ? 0 : 1;
  },
  '--free-port': async () => {
    process.stdout.write(`${await freePort()}\n`);
    return 0;
  },
  '--await-first-result': async ([name = '', port = '']) => {
    const report = (text: string): void => void process.stdout.write(`${text}\n`);
    const { ok, text, isSilent } = await awaitFirstResult(name, Number(port), report);
    report(text);
    return ok ? 0 : isSilent ? SILENT : 1;
  },
};

/** Runs the command that the arguments name; returns undefined when they name none, so that the agent is to be started. */
export async function runInstallerCommand(args: readonly string[]): Promise<number | undefined> {
  const [name = '', ...rest] = args;
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name]?.(rest) : undefined;
}

/** Returns the first free port on loopback, beginning with the default. @throws Error if there is none */
async function freePort(): Promise<number> {
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS_TRIED_MAX; port++) {
    if (await isFree(port)) return port;
  }
  throw new Error(`All ports on 127.0.0.1 from ${FIRST_PORT} to ${FIRST_PORT + PORTS_TRIED_MAX - 1} are in use.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => ('code' in error && error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
