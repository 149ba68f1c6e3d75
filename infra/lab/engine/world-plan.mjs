/**
 * Describes the simulated internet; every member has a default. Coordinates are in ms of one-way travel.
 * @typedef {object} WorldPlan
 * @property {Record<string, [number, number]>} regions
 * @property {string[]} providers
 * @property {number} agentsPerRegion
 * @property {number} targets
 * @property {number} sitesPerRegion
 * @property {number} anycast number of targets that every region serves, of `targets`
 * @property {number} ipv6Percent share of the targets with an IPv6 address
 * @property {number} jitterMs mean of the random part of a round trip
 * @property {number} lossPercent of round trips without any fault
 * @property {number} routerIcmpPerSecond ICMP errors that one router sends at most
 * @property {number} equalPaths equal routers of each backbone
 * @property {boolean} flowPerPacket whether each echo request may take another one of equal paths
 * @property {boolean} publicCore whether routers have public addresses, except those at the edge, which all have the same private one
 */

/** @type {Readonly<WorldPlan>} */
export const DEFAULT_WORLD = Object.freeze({
  regions: {
    'eu-west': /** @type {[number, number]} */ ([0, 0]),
    'eu-east': /** @type {[number, number]} */ ([12, 3]),
    'us-east': /** @type {[number, number]} */ ([-38, -4]),
    'us-west': /** @type {[number, number]} */ ([-68, -2]),
    'ap-south': /** @type {[number, number]} */ ([55, -18]),
    'ap-east': /** @type {[number, number]} */ ([84, 4]),
  },
  providers: ['alpha', 'beta', 'gamma'],
  agentsPerRegion: 2,
  targets: 2_000,
  sitesPerRegion: 4,
  anycast: 8,
  ipv6Percent: 5,
  jitterMs: 0.4,
  lossPercent: 0,
  routerIcmpPerSecond: 200,
  equalPaths: 2,
  flowPerPacket: false,
  publicCore: false,
});

/** Answers of a target on TCP ports, by its role: `open` ports accept, the others are refused (`closed`) or silent (`filtered`). */
export const ROLES = Object.freeze({
  core: { open: [22, 179], others: /** @type {'closed' | 'filtered'} */ ('filtered') },
  web: { open: [80, 443], others: /** @type {'closed' | 'filtered'} */ ('closed') },
  app: { open: [443, 8443], others: /** @type {'closed' | 'filtered'} */ ('closed') },
  db: { open: [22], others: /** @type {'closed' | 'filtered'} */ ('filtered') },
  anycast: { open: [53, 443], others: /** @type {'closed' | 'filtered'} */ ('closed') },
});

/** @typedef {keyof typeof ROLES} Role */

/** Roles of the targets of a site after its first one, which is the site's router. @type {readonly Role[]} */
export const SITE_ROLES = ['web', 'web', 'app', 'db'];

/**
 * Ranges of the lab, used inside its namespaces only: RFC 2544 and RFC 5180 reserve those of the targets for benchmarks, RFC 6598 those of
 * the routers for carriers.
 */
export const RANGES = Object.freeze({
  targets: '198.18.0.0/15',
  targets6: '2001:2:0:1000::/52',
  routers: '100.64.0.0/16',
  routers6: '2001:2:0:f000::/64',
});

export const AGENTS_MAX = 250;
export const TARGETS_MAX = 100_000;
export const SITES_MAX = 1_000;
