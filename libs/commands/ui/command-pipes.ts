import { Pipe, type PipeTransform } from '@angular/core';
import { answerText, countsText, isBad, kindText, parametersText } from './command-text';

/** Formats the kind of a command. */
@Pipe({ name: 'kind' })
export class KindPipe implements PipeTransform {
  readonly transform = kindText;
}

/** Formats the parameters of a command. */
@Pipe({ name: 'parameters' })
export class ParametersPipe implements PipeTransform {
  readonly transform = parametersText;
}

/** Formats the numbers of agents by state. */
@Pipe({ name: 'answered' })
export class AnsweredPipe implements PipeTransform {
  readonly transform = countsText;
}

/** Formats the answer of an agent. */
@Pipe({ name: 'answer' })
export class AnswerPipe implements PipeTransform {
  readonly transform = answerText;
}

/** Returns whether a state needs attention. */
@Pipe({ name: 'isBad' })
export class BadPipe implements PipeTransform {
  readonly transform = isBad;
}
