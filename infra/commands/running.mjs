import { filesOf } from '../product.mjs';
import { stateDir } from '../paths.mjs';
import { Refusal } from '../output.mjs';
import { isReady, readState } from '../supervisor.mjs';

/**
 * Makes sure that the product is running, for commands that need it.
 * @throws Refusal with what to do when it is not running or not ready
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
