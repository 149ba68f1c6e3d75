// Names of benches, load runs and faults. The tools have one program per name (bench/main.ts, faults/main.ts); types keep both in step.

/** Benches in the order of `all`, and what each measures. */
export const BENCHES = {
  projector: 'results per second through the projector',
  ingest: 'results per second through gateway, Kafka and projector',
  gateway: 'results per second that the gateway accepts',
  'quiet-sweep': 'WAL bytes when no status changes',
  cost: 'CPU of the whole stack',
  recovery: 'seconds until recovery',
  agent: 'results per second of an agent',
  'agent-cpu': 'CPU of an agent',
  tcp: 'TCP connections per second of an agent',
  bytes: 'bytes on disk per result',
  events: 'commands per second of the event store',
  live: 'deliveries per second of live results',
  list: 'pages of the target list',
  assign: 'selection of agents, and targets moved by the loss of one',
  deltas: 'time until agents have received changes of targets',
  history: 'pages of the inventory at an earlier time',
  bulk: 'dry run and job of a change of all targets',
  import: 'import of 100,000 targets, until each is assigned',
  paths: 'merge of the traces of 100 agents',
  'stored-paths': 'ms to read the merged path of 100 agents',
  commands: 'a ping command to 100 agents, until all have answered',
  'false-alarms': 'targets called down or degraded that only lose 1 % of their packets',
  detect: 'time from a fault to its event at a client of the API (needs root)',
};

/** Load runs. */
export const LOAD_RUNS = {
  fping: "10,000 targets by the product's own agent, 10 minutes",
  fleet: '3 agents × 100,000 targets at 15 s, 30 minutes',
  all: '100 agents × 100,000 targets at 30 s, 15 minutes',
  takeover: 'takeover from a lost agent and from one that refuses targets',
  overload: '100,000 new targets in one step for one agent, while the CPU is busy',
  walk: 'from empty to 100,000 imported targets at 100 agents, each step with its time',
  policy: 'a tier with 100,000 targets changed: the preview, and what moved, for 100 agents',
  agent: 'one agent with 1,000, 10,000 and 100,000 targets of a simulated internet at 30 s (needs root)',
};

/** Faults in the order of a complete run. The name is that of the file in `cases`. */
export const FAULTS = {
  'kill-processes': 'SIGKILL of each process',
  'kill-services': 'SIGKILL of Kafka, PostgreSQL, Redis',
  'zombie-projector': 'a projector stopped past its lease',
  'disconnected-agents': 'an agent disconnected for hours',
  'damaged-spool': 'a spool that is full or damaged',
  'full-disks': 'full disks',
  'poison-messages': 'poison messages on each topic',
  'bad-uploads': 'bad blocks, repeats, clones',
  'killed-relay': 'the relay killed, transactions that commit late',
  'concurrent-commands': 'concurrent commands',
  'rebuild-under-writes': 'read models rebuilt under writes',
  'mixed-versions': 'different versions, rolling restart',
  'wrong-clocks': 'agents with wrong clocks',
  'bad-network': 'a bad network to the gateway',
  'stopped-processes': 'each process stopped: what the pages report',
  'simulated-shard': 'the shard in the simulator, from seeds',
  'greedy-agent': 'an agent that takes more than its share',
  'thin-line': 'a connection of low bandwidth',
  'stolen-identities': 'stolen tokens, keys and names',
  'unfinished-bodies': 'logins with endless bodies',
  'guessed-passwords': 'passwords guessed from many addresses',
  'fuzzed-api': 'right and wrong requests to every route of the API',
};

/** Measurements of `npm run measure`. */
export const MEASURED = {
  idle: 'the product as it runs',
  load: 'with more targets, each probed every 5 s',
  traces: 'the time until a client sees the hops of a path, from all agents',
};
