/** Why no case reaches a declared status word. */

/** What is said where nothing is known. */
export const NOT_DRIVEN = 'no case drives the card there yet';

const JOINED =
  'the decoder joins GET RESPONSE to the command whose answer it fetches; the cases of "response" check it';
const OFFERS_ALL = 'needs a card whose SCP03 implementation offers fewer security levels';

/** Of every command, or of one: `application.command status`. */
const WHY: Readonly<Record<string, string>> = {
  '6581': 'needs flash that is worn, or a commit buffer smaller than what one command writes',
  '6A84': 'needs a card whose memory is smaller than the one under test',
  'patient.appendRecord 6981': 'no file of bytes has a rule for append, so that 6982 comes first',
  'patient.updateRecord 6A84': NOT_DRIVEN,
  'patient.openDelegation 6A84': NOT_DRIVEN,
  'patient.generateKeyPair 6A88': 'the patient card has every key that P2 can name',
  'patient.openSecureChannel 6A86': OFFERS_ALL,
  'professional.openSecureChannel 6A86': OFFERS_ALL,
  'professional.readBinary 6981': 'the card has no file of records',
  'professional.readBinary 6982': 'every file of the card may be read by everybody',
  'professional.any 6987': 'no role permits a command of the professional card, so none comes in a session',
  '6881': 'a command on a channel that is not open belongs to no application; the cases of "class" check it',
};

export function whyUncovered(application: string, command: string | undefined, status: string): string {
  if (command === 'getResponse') return JOINED;
  return WHY[`${application}.${command ?? 'any'} ${status}`] ?? WHY[status] ?? NOT_DRIVEN;
}
