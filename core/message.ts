import type { AddressKind } from './words';

/** A recipient's address, normalised: E.164 with its plus sign, or an e-mail in lower case. */
export interface Address {
  readonly kind: AddressKind;
  readonly value: string;
}

export interface Attachment {
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** Where the platform finds it, on platforms that are given an address and no bytes. */
  readonly url?: string;
}

export interface TemplateHeader {
  readonly mediaUrl: string;
  readonly mediaType: 'image' | 'video' | 'document';
  readonly mediaName?: string;
}

export interface TemplateButton {
  readonly type: 'url' | 'copy_code';
  readonly parameter: string;
}

/** What is sent, rendered: no variable is left in it. */
export type Content =
  | { readonly kind: 'text'; readonly text: string; readonly attachments?: readonly Attachment[] }
  | {
      readonly kind: 'template';
      readonly name: string;
      readonly language?: string;
      readonly category?: string;
      /** Body parameters by name or position ("1", "2"), in the order of the template. */
      readonly params: Readonly<Record<string, string>>;
      readonly header?: TemplateHeader;
      readonly buttons?: readonly TemplateButton[];
      /** The rendered text that agents see beside the template, where the platform shows one. */
      readonly text?: string;
    };
