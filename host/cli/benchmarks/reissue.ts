/**
 * Another holder on a personalised card: pseudonym, keys and certificates written anew through the
 * memory fields of the application, in transactions as its handlers run them. No APDU does this: a card
 * in operation refuses personalisation.
 */

import { type Card, NvmField, NvmString, type Owner } from '../../../applet/index.js';
import { keyPairOf } from './issuer.js';
import type { Surroundings } from './patient-steps.js';

const KEYS = ['signing', 'decryption', 'delegation'] as const;

export class Reissuer {
  private readonly owners: ReadonlyMap<string, Owner>;

  /** @param card whose fields are written; later cards must be laid out as it is, or be it */
  constructor(private readonly card: Card) {
    this.owners = new Map(card.owners.nvm.map((owner) => [owner.name, owner]));
  }

  /** Makes the card somebody else's. */
  reissue({ engine, issuer, random }: Surroundings): { pid: Uint8Array } {
    const pid = random(16);
    const keys = KEYS.map(() => keyPairOf(engine, random));
    const role = keyPairOf(engine, random);
    const [signing, decryption, delegation] = keys.map(({ publicKey }) => publicKey);
    const certificate = issuer.patientCertificate(pid, {
      signingKey: signing!,
      decryptionKey: decryption!,
      delegationKey: delegation!,
    });
    // Two transactions: together they are more than a commit buffer takes.
    this.card.nvm.atomically(() => {
      KEYS.forEach((name, i) => {
        this.string(`${name} key: secret`).write(keys[i]!.secretKey);
        this.field(`${name} key: public`).write(keys[i]!.publicKey);
      });
      this.string('card serial').write(random(8));
    });
    this.card.nvm.atomically(() => {
      this.string('holder role key').write(role.secretKey);
      this.string('holder role certificate').write(issuer.roleCertificate('holder', role.publicKey));
      this.string('EF.PCert (file 0101)').write(certificate);
    });
    return { pid };
  }

  private owner(name: string): Owner {
    const owner = this.owners.get(name);
    if (!owner) throw new Error(`nobody owns "${name}"`);
    return owner;
  }

  private string(name: string): NvmString {
    return new NvmString(this.card.nvm, this.owner(name));
  }

  private field(name: string): NvmField {
    return new NvmField(this.card.nvm, this.owner(name));
  }
}
