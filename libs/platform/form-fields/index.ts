export { LabelledField } from './labelled-field';
