import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { showReceipt } from '../../api/verbs.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { saveAs } from '../../components/save-as.ts';
import classes from './sent.module.css';

/** The bytes that went out and came back, with what proves that they are those of the audit log. */
export function ReceiptOfSent({ questionId }: { questionId: string }) {
  const save = useMutation({
    mutationFn: () => showReceipt(questionId),
    onSuccess: (text) => saveAs('receipt.json', new Blob([text], { type: 'application/json' })),
    // The server may be on this machine.
    networkMode: 'always',
  });
  return (
    <section className={classes['proof']} aria-label="Receipt of what was sent">
      <Button
        size="xs"
        variant="default"
        leftSection={<IconDownload size={14} />}
        loading={save.isPending}
        onClick={() => save.mutate()}
      >
        Save the receipt
      </Button>
      <p>
        What was sent and what came back, byte for byte. <code>strongroom verify receipt receipt.json</code> checks
        anywhere, without this server, that these are the bytes of the audit log. Nobody else can get it.
      </p>
      <ProblemNote problem={save.error} />
    </section>
  );
}
