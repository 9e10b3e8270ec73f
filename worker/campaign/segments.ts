import { SegmentedMessage } from 'sms-segments-calculator';

export interface Segments {
  readonly encoding: 'GSM-7' | 'UCS-2';
  readonly count: number;
}

/** Exactly the basic table of GSM 03.38 that is one septet a character, as carriers bill it. */
const GSM_BASIC =
  /^[\n\r !"#$%&'()*+,\-./0-9:;<=>?@A-Z_a-z¡£¤¥§¿ÄÅÆÉÑÖØÜßàäåæÇèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ]*$/;
/** Texts in which every character is one code unit and stands alone: no pairs, no joiners, no combining marks. */
const SIMPLE_UCS2 =
  /^[\n\u0020-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u058f\u05d0-\u05ea\u060c\u061b\u061f-\u064a\u0660-\u066f\u0671-\u06d3\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u3001-\u3029\u3041-\u3096\u30a1-\u30ff\u4e00-\u9fff]*$/;

/**
 * How many SMS a text becomes, and in which encoding. Texts of the basic GSM table and plain texts of the large scripts
 * are counted here (the library takes 250 µs a message); all others by the library, whose counts these equal.
 */
export function countSegments(text: string): Segments {
  if (GSM_BASIC.test(text) && !text.includes('\r')) {
    const count = text.length <= 160 ? 1 : Math.ceil(text.length / 153);
    return { encoding: 'GSM-7', count };
  }
  if (SIMPLE_UCS2.test(text) && !isGsm(text)) {
    const count = text.length <= 70 ? 1 : Math.ceil(text.length / 67);
    return { encoding: 'UCS-2', count };
  }
  const message = new SegmentedMessage(text);
  return { encoding: message.encodingName, count: message.segmentsCount };
}

/** With the extension table (two septets a character), whose packing is the library's business. */
function isGsm(text: string): boolean {
  return GSM_BASIC.test(text.replace(/[\f^{}\\[\]~|€]/g, ''));
}
