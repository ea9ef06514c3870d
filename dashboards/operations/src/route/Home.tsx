// The console as a screen among others.

import { useState } from 'react';
import { Console } from '../shell/Console';
import { takeUpView } from './home';

export function Home() {
  useState(takeUpView);
  return <Console />;
}
