/** Code and identifier systems that the visit uses, by the URIs FHIR R4 gives them. */

/** ICD-10, FHIR R4 terminologies-systems. */
export const ICD_10 = 'http://hl7.org/fhir/sid/icd-10';
/** Anatomical Therapeutic Chemical classification, WHO. */
export const ATC = 'http://www.whocc.no/atc';
/** Units of measure. */
export const UCUM = 'http://unitsofmeasure.org';
/** HL7 v3 orderable drug forms: TAB, CAP. */
export const DRUG_FORM = 'http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm';
/** HL7 v3 act codes: AMB (ambulatory), EMER, IMP. */
export const ENCOUNTER_CLASS = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
/** HL7 v2 table 0203, identifier types. */
export const IDENTIFIER_TYPE = 'http://terminology.hl7.org/CodeSystem/v2-0203';
export const CONDITION_CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
export const CONDITION_VERIFICATION = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';
export const ALLERGY_CLINICAL = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical';
export const ALLERGY_VERIFICATION = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification';

/** The patient's pseudonym PID (32 hexadecimal digits), the only identifier of a patient outside NHI. */
export const PSEUDONYM = 'urn:imis:pid';

/** Identifier systems of Taiwan's TW Core profiles: citizens, residents, passports. */
export const NATIONAL_IDENTIFIERS: readonly string[] = [
  'http://www.moi.gov.tw',
  'http://www.immigration.gov.tw',
  'http://www.boca.gov.tw',
];
/** Register of medical institutions (hospitals and pharmacies), ten digits. */
export const INSTITUTION = 'https://twcore.mohw.gov.tw/ig/twcore/CodeSystem/organization-identifier-tw';
/** Licence numbers of the profession register. */
export const LICENCE = 'https://www.mohw.gov.tw';

/** An ICD-10 code: category, and up to two digits of subdivision after the point. */
export const ICD_10_CODE = /^[A-Z][0-9]{2}(\.[0-9]{1,2})?$/;
/** An ATC code of the fifth level (one substance). */
export const ATC_CODE = /^[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}$/;
