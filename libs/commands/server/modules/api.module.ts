import { AuditedCategories } from '@icmp-mon/platform/plugins';
import { Module } from '@nestjs/common';
import { CancelCommandHandler } from '../cancel-command';
import { COMMAND_AUDIT } from '../command-audit';
import { CommandSource } from '../command-source';
import { CommandStream } from '../command-stream';
import { CommandStreamController } from '../command-stream.controller';
import { CommandsController } from '../commands.controller';
import { ListCommandsHandler } from '../list-commands';
import { ReadCommandHandler } from '../read-command';
import { ReadCommandTrailHandler } from '../read-command-trail';
import { ReadCommands } from '../read-commands';
import { RequestCommandHandler } from '../request-command';
import { TargetTraceController } from '../target-trace.controller';

/** Registers the routes of commands; needs `TargetDirectory`, `SelectedAgents`, `AgentDirectory` and `ActorNames`. */
@Module({
  controllers: [CommandsController, CommandStreamController, TargetTraceController],
  providers: [
    ReadCommands,
    CommandStream,
    CommandSource,
    RequestCommandHandler,
    CancelCommandHandler,
    ListCommandsHandler,
    ReadCommandHandler,
    ReadCommandTrailHandler,
  ],
})
export class CommandsApiModule {
  constructor(audited: AuditedCategories) {
    audited.plug(COMMAND_AUDIT);
  }
}
