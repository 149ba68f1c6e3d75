import type { Command } from 'commander';
import type { CliContext } from './cli-context';

export function addShards(program: Command, _context: CliContext): void {
  program.command('shards').description('Lists shards with owner, position, log and lag.');
}
