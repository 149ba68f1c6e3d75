import { Pipe, type PipeTransform } from '@angular/core';
import { agentTrouble } from './agent-trouble';

/** What keeps an agent from measuring or from being believed; null when nothing does. */
@Pipe({ name: 'agentTrouble' })
export class AgentTroublePipe implements PipeTransform {
  readonly transform = agentTrouble;
}
