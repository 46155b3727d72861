/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A system call, inline, for programs without libc (nsctl-init, nsctl-runner), and for
 * process_call(), where a call returns twice on one stack and so must not be inside a function.
 * Returns the kernel's value, which is a negative errno on failure; does not change errno. With
 * RAW_ENTRY(f) a program begins in f(stack), where stack[0] is argc, followed by argv.
 */
#pragma once

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
#elif defined(__i386__)
static inline word raw_call(word number, word a, word b, word c, word d, word e)
{
	word result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory");
	return result;
}
#define RAW_ENTRY(function)                                                                   \
	__asm__(".globl _start\n_start:\n\tmov %esp, %eax\n\tand $-16, %esp\n\tsub $16, %esp" \
		"\n\tmov %eax, (%esp)\n\tcall " #function "\n");
#elif defined(__arm__) && defined(__ARM_EABI__)
/*
 * The number of the call must be in r7. Thumb code has the frame's address there, so r7 is saved:
 * in a register, because the stack may be shared. A 64-bit argument begins in an even register, so
 * the kernel may read a sixth register, which is 0.
 */
static inline word raw_call(word number, word a, word b, word c, word d, word e)
{
	register word r0 __asm__("r0") = a;
	register word r1 __asm__("r1") = b;
	register word r2 __asm__("r2") = c;
	register word r3 __asm__("r3") = d;
	register word r4 __asm__("r4") = e;
	register word r5 __asm__("r5") = 0;

	__asm__ volatile("mov ip, r7\n\tmov r7, %[number]\n\tsvc 0\n\tmov r7, ip"
			 : "+r"(r0)
			 : [number] "r"(number), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
			 : "ip", "memory");
	return r0;
}
#define RAW_ENTRY(function)                                                                     \
	__asm__(".globl _start\n.type _start, %function\n_start:\n\tmov r0, sp\n\tb " #function \
		"\n");
#elif defined(__powerpc64__) && _CALL_ELF == 2
static inline word raw_call(word number, word a, word b, word c, word d, word e)
{
	register word r0 __asm__("r0") = number;
	register word r3 __asm__("r3") = a;
	register word r4 __asm__("r4") = b;
	register word r5 __asm__("r5") = c;
	register word r6 __asm__("r6") = d;
	register word r7 __asm__("r7") = e;

	/* the error is positive, and marked in a condition register */
	__asm__ volatile("sc\n\tbns+ 1f\n\tneg 3, 3\n1:"
			 : "+r"(r0), "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6), "+r"(r7)
			 :
			 : "r8", "r9", "r10", "r11", "r12", "cr0", "ctr", "xer", "memory");
	return r3;
}
/* The kernel leaves the entry's address in r12; r2 is the table of contents. */
#define RAW_ENTRY(function)                                                                \
	__asm__(".globl _start\n.type _start, @function\n_start:\n"                        \
		"\taddis 2, 12, .TOC.-_start@ha\n\taddi 2, 2, .TOC.-_start@l\n\tmr 3, 1\n" \
		"\tli 0, 0\n\tstdu 0, -128(1)\n\tbl " #function "\n\tnop\n");
#elif defined(__s390x__)
static inline word raw_call(word number, word a, word b, word c, word d, word e)
{
	register word r1 __asm__("r1") = number;
	register word r2 __asm__("r2") = a;
	register word r3 __asm__("r3") = b;
	register word r4 __asm__("r4") = c;
	register word r5 __asm__("r5") = d;
	register word r6 __asm__("r6") = e;

	__asm__ volatile("svc 0"
			 : "+d"(r2)
			 : "d"(r1), "d"(r3), "d"(r4), "d"(r5), "d"(r6)
			 : "memory");
	return r2;
}
#define RAW_ENTRY(function) \
	__asm__(".globl _start\n_start:\n\tlgr %r2, %r15\n\taghi %r15, -160\n\tjg " #function "\n");
#else
#error "write raw_call() for this processor"
#endif
