import type { AgentTraces } from '../trace/agent-traces';
import type { TraceRunner } from '../trace/trace-runner';
import type { CommandRates, CommandTraces } from './command-runner';

/** Returns the packet rates of commands, where those of running traces count as the schedule's. */
export const ratesWithTraces = (rates: CommandRates, runner: Pick<TraceRunner, 'perSecondTo'>): CommandRates => ({
  scheduledPerSecond: (ip) => rates.scheduledPerSecond(ip) + runner.perSecondTo(ip),
  takeRate: (perSecond, forMs) => rates.takeRate(perSecond, forMs),
});

/** Returns the traces of commands, which share runner, names and the way to the gateway with the traces that the agent makes by itself. */
export const commandTracesOf = ({ runner, names, store }: Pick<AgentTraces, 'runner' | 'names' | 'store'>) =>
  ({
    traceTarget: (request) => runner.traceTarget(request),
    namesOf: (addresses) => names.knownNames(addresses),
    keepTrace: (commandId, end) => store.keepTrace({ cause: 'command', targetKey: null, commandId, end }),
  }) satisfies CommandTraces;
