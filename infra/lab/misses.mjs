/** @typedef {{ at: string, agent: string, ip: string }} Miss a probe of an agent that got no valid reply in time */

/** Two misses with at most this many intervals between them are in a row. */
const IN_A_ROW_INTERVALS = 1.5;

/**
 * Returns a function that counts the agents of a target that had lost `toFail` probes in a row shortly before a time.
 * @param {Miss[]} misses in order of time
 * @param {{ intervalMs: number, toFail: number, withinMs: number }} of
 * @returns {(ip: string, atMs: number, agents: string[]) => number}
 */
export function losingAgentsOf(misses, { intervalMs, toFail, withinMs }) {
  /** @type {Map<string, number[]>} */
  const times = new Map();
  for (const { at, agent, ip } of misses) {
    const key = `${ip} ${agent}`;
    const list = times.get(key);
    if (list) list.push(Date.parse(at));
    else times.set(key, [Date.parse(at)]);
  }
  return (ip, atMs, agents) =>
    agents.filter((agent) => {
      const before = (times.get(`${ip} ${agent}`) ?? []).filter((time) => time <= atMs && time >= atMs - withinMs);
      let inARow = 0;
      return before.some((time, index) => {
        const isNext = index > 0 && time - before[index - 1] <= IN_A_ROW_INTERVALS * intervalMs;
        inARow = isNext ? inARow + 1 : 1;
        return inARow >= toFail;
      });
    }).length;
}
