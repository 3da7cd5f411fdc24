import { Button, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';

type AnchorProps = ButtonProps & Omit<ComponentPropsWithRef<'a'>, keyof ButtonProps>;

function AnchorButton(props: AnchorProps) {
  return <Button component="a" {...props} />;
}

/** A link that looks like a button; its address and search are checked against the routes. */
export const ButtonLink = createLink(AnchorButton);
