import { execFile } from 'node:child_process';
import type { AgentLog } from '@icmp-mon/probing/agent';

const NOTIFY = '/usr/bin/systemd-notify';
const TIMEOUT_MS = 5_000;

/**
 * Reports to systemd that the agent is ready, and then, every third of WatchdogSec, that its event loop is alive. Does nothing when
 * systemd did not start the agent. Returns a function that stops it.
 */
export function startWatchdog(log: AgentLog, env: NodeJS.ProcessEnv = process.env): () => void {
  const socket = env['NOTIFY_SOCKET'];
  if (socket === undefined || socket === '') return () => undefined;
  const notify = (state: string): void => {
    const options = { env: { NOTIFY_SOCKET: socket }, timeout: TIMEOUT_MS };
    execFile(NOTIFY, [state], options, (error) => {
      if (error !== null) log.warn({ err: error, state }, 'cannot notify systemd');
    });
  };
  notify('READY=1');
  const watchdogMs = Number(env['WATCHDOG_USEC'] ?? 0) / 1000;
  if (!(watchdogMs > 0)) return () => undefined;
  const timer = setInterval(() => notify('WATCHDOG=1'), watchdogMs / 3);
  return () => clearInterval(timer);
}
