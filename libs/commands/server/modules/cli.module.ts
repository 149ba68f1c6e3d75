import { COMMANDS_TOPIC } from '@icmp-mon/commands/contract';
import { RelayedCategories } from '@icmp-mon/platform/plugins';
import { NoReadModels } from '@icmp-mon/platform/rebuild';
import { Module } from '@nestjs/common';
import { COMMAND } from '../command';

@Module({})
export class CommandsCliModule {
  constructor(relayed: RelayedCategories, none: NoReadModels) {
    relayed.plug({ aggregate: COMMAND, topic: COMMANDS_TOPIC });
    none.plug({
      tables: 'command, command_agent, command_trail',
      reason: 'answers of agents, which are in no event; deleted after 30 days',
    });
  }
}
