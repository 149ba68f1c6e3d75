import { filesOf } from '../product.mjs';
import { stateDir } from '../paths.mjs';
import { Refusal } from '../say.mjs';
import { isReady, readState } from '../supervisor.mjs';

/**
 * For commands that work on the running product.
 * @throws Refusal when it does not run, or is not ready yet: one line with what to do
 */
export function requireRunning(dir = stateDir) {
  const file = filesOf(dir).state;
  if (isReady(file)) return;
  const state = readState(file);
  if (!state?.running) throw new Refusal('ICMP-Mon is not running here. Start it: npm start -- --detach');
  throw new Refusal(
    `ICMP-Mon is not ready (${state.state}, process ${state.supervisor.pid}). Wait for it, then try again.`,
  );
}
