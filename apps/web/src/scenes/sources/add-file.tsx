import { Button, FileButton, Loader, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type DragEvent, useRef, useState } from 'react';
import { uploadFile } from '../../api/verbs.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { bytes } from '../../components/words.ts';
import { ConfirmHeaders } from './confirm-headers.tsx';
import classes from './sources.module.css';

/** Uploads a file, then asks the person to confirm its headers before it becomes a source. */
export function AddFile({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const upload = useMutation({
    mutationFn: ({ file, signal }: { file: File; signal: AbortSignal }) => uploadFile(file, { signal }),
  });
  const running = useRef<AbortController | null>(null);
  const [over, setOver] = useState(false);
  const send = (file: File | null | undefined): void => {
    if (file === null || file === undefined) return;
    running.current = new AbortController();
    upload.mutate({ file, signal: running.current.signal });
  };
  const close = (): void => {
    running.current?.abort();
    upload.reset();
    onClose();
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    send(event.dataTransfer.files[0]);
  };
  const file = upload.variables?.file;
  return (
    <Modal opened={opened} onClose={close} title="Add a file" size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      {upload.data !== undefined ? (
        <ConfirmHeaders preview={upload.data} onDone={close} />
      ) : (
        <Stack gap="md">
          <div
            className={classes['drop']}
            data-over={over}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={drop}
          >
            {upload.isPending ? (
              <>
                <Loader size="sm" />
                <Text role="status">
                  Sending {file?.name}, {bytes(file?.size ?? 0)}
                </Text>
                <Button
                  variant="default"
                  onClick={() => {
                    running.current?.abort();
                    upload.reset();
                  }}
                >
                  Cancel
                </Button>
              </>
            ) : (
              <>
                <Text>Drop a CSV, TSV, JSON or Parquet file here</Text>
                <FileButton onChange={send} accept=".csv,.tsv,.json,.ndjson,.jsonl,.parquet">
                  {(props) => (
                    <Button variant="default" {...props} data-autofocus>
                      Choose a file
                    </Button>
                  )}
                </FileButton>
                <Text size="xs" c="dimmed">
                  It is sealed under a key of its own and opened only in memory.
                </Text>
              </>
            )}
          </div>
          <ProblemNote problem={upload.error} />
        </Stack>
      )}
    </Modal>
  );
}
