/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A system call, inline, for programs without libc (nsctl-init, nsctl-runner), and for
 * process_call(), where a call returns twice on one stack, so no function may be around it. Returns
 * the kernel's value, negative errno on failure; errno is not changed. With RAW_ENTRY(f) the
 * program begins in f(stack), where stack[0] is argc and argv follows.
 */
#ifndef NSCTL_KERNEL_RAW_H
#define NSCTL_KERNEL_RAW_H

typedef long word;

#if defined(__x86_64__)
static inline word raw_call(word number, word a, word b, word c, word d, word e)
{
	register word r10 __asm__("r10") = d;
	register word r8 __asm__("r8") = e;
	word result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
}
#define RAW_ENTRY(function)                                                                     \
	__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall " #function \
		"\n");
#elif defined(__aarch64__)
static inline word raw_call(word number, word a, word b, word c, word d, word e)
{
	register word x8 __asm__("x8") = number;
	register word x0 __asm__("x0") = a;
	register word x1 __asm__("x1") = b;
	register word x2 __asm__("x2") = c;
	register word x3 __asm__("x3") = d;
	register word x4 __asm__("x4") = e;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory");
	return x0;
}
#define RAW_ENTRY(function) __asm__(".globl _start\n_start:\n\tmov x0, sp\n\tb " #function "\n");
#elif defined(__riscv) && __riscv_xlen == 64
static inline word raw_call(word number, word a, word b, word c, word d, word e)
{
	register word a7 __asm__("a7") = number;
	register word a0 __asm__("a0") = a;
	register word a1 __asm__("a1") = b;
	register word a2 __asm__("a2") = c;
	register word a3 __asm__("a3") = d;
	register word a4 __asm__("a4") = e;

	__asm__ volatile("ecall"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4)
			 : "memory");
	return a0;
}
#define RAW_ENTRY(function) __asm__(".globl _start\n_start:\n\tmv a0, sp\n\ttail " #function "\n");
#else
#error "write raw_call() for this processor"
#endif

#endif
