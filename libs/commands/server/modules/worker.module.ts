import { COMMANDS_TOPIC } from '@icmp-mon/commands/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { Messaging } from '@icmp-mon/platform/messaging';
import { GroupProjections, HOUR_MS, HousekeepingTasks, inSteps, RelayedCategories } from '@icmp-mon/platform/plugins';
import { Module } from '@nestjs/common';
import { COMMAND } from '../command';
import { forgetCommands, forgetTrails } from '../forget-commands';
import { CommandResultsProjection } from '../results/command-results.projection';
import { expireCommands } from '../results/expire-commands';

const EXPIRY_LOOK_MS = 1_000;
/** Maximum rows per statement. */
const ROWS_PER_STEP = 1_000;

/** Applies what agents report about commands, ends expired ones, and deletes old ones. */
@Module({})
export class CommandsWorkerModule {
  constructor(
    control: ControlDatabase,
    messaging: Messaging,
    relayed: RelayedCategories,
    projections: GroupProjections,
    tasks: HousekeepingTasks,
  ) {
    relayed.plug({ aggregate: COMMAND, topic: COMMANDS_TOPIC });
    const results = new CommandResultsProjection(new EventStore(control));
    projections.plug({
      group: CommandResultsProjection.group,
      topics: CommandResultsProjection.topics,
      database: control,
      handle: (sql, messages) => results.handle(sql, messages),
    });
    tasks.plug(
      { name: 'command-expiry', everyMs: EXPIRY_LOOK_MS, runTask: () => expireCommands(control, messaging) },
      {
        name: 'command-trails',
        everyMs: HOUR_MS,
        runTask: () => inSteps(ROWS_PER_STEP, () => forgetTrails(control, ROWS_PER_STEP)),
      },
      {
        name: 'commands',
        everyMs: HOUR_MS,
        runTask: () => inSteps(ROWS_PER_STEP, () => forgetCommands(control, ROWS_PER_STEP)),
      },
    );
  }
}
