import type { Command } from 'commander';
import type { CliContext } from './cli-context';

export function addRebuild(program: Command, _context: CliContext): void {
  program.command('rebuild').description('Rebuilds a read model beside the live one.');
}
