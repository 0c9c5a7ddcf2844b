// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;

/// Writes the class of a region: one method that is the guest's control flow, with a switch over the entries in
/// front and one way out behind.
final class RegionWriter extends Scribe {
    private static final ClassDesc REGION = ClassDesc.of("ringside.vmm.cpu.Region");
    private static final ClassDesc LEAVE = ClassDesc.of("ringside.vmm.cpu.Leave");
    private static final ClassDesc LOOKUP =
            ClassDesc.of("java.lang.invoke.MethodHandles").nested("Lookup");
    private static final ClassDesc HANDLES = ClassDesc.of("java.lang.invoke.MethodHandles");
    private static final ClassDesc CLASS = ClassDesc.of("java.lang.Class");
    private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(CD_void);
    private static final MethodTypeDesc RUN = MethodTypeDesc.of(CD_int, CD_int, CD_int);
    /// Constants of the class, in the order of its class data: tables for reading, writing and fetching, RAM, the
    /// guest's registers, the processor, its x87 and SSE units, the XMM registers.
    private static final String[] NAMES = {"R", "W", "F", "M", "G", "C", "U", "V", "X"};
    private static final ClassDesc[] TYPES = {INTS, INTS, INTS, BYTES, INTS, PROCESSOR, UNIT, SSE, LONGS};

    private final Plan plan;
    /// The fetch table as it was: ways between pages go only while it is.
    private final int[] fetch;
    private final int x87Control;
    private final List<Integer> eips = new ArrayList<>();
    private final List<Integer> pending = new ArrayList<>();
    private final List<Runnable> exits = new ArrayList<>();
    private @Nullable Label end;
    private boolean changesFlags;

    RegionWriter(Plan plan, int[] fetch, int x87Control) {
        super(ClassDesc.of("ringside.vmm.cpu.Translated"), plan.mode);
        this.plan = plan;
        this.fetch = fetch;
        this.x87Control = x87Control;
        eips.add(0);
        pending.add(0);
    }

    int[] eips() {
        return eips.stream().mapToInt(Integer::intValue).toArray();
    }

    int[] pending() {
        return pending.stream().mapToInt(Integer::intValue).toArray();
    }

    // ---- the class

    byte[] write() {
        kinds();
        slots = plan.slots;
        control = x87Control;
        return ClassFile.of().build(self, cb -> {
            cb.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER).withSuperclass(REGION);
            for (int k = 0; k < NAMES.length; k++) {
                cb.withField(NAMES[k], TYPES[k], ClassFile.ACC_STATIC | ClassFile.ACC_FINAL);
            }
            cb.withMethodBody("<clinit>", NOTHING, ClassFile.ACC_STATIC, RegionWriter::constants);
            cb.withMethodBody(
                    "<init>",
                    NOTHING,
                    0,
                    b -> b.aload(0).invokespecial(REGION, "<init>", NOTHING).return_());
            cb.withMethodBody("run", RUN, 0, this::body);
        });
    }

    /// Bytes of code in the method of a class.
    static int length(byte[] bytes) {
        for (MethodModel m : ClassFile.of().parse(bytes).methods()) {
            if (m.methodName().equalsString("run")) {
                return m.findAttribute(Attributes.code()).orElseThrow().codeLength();
            }
        }
        throw new IllegalStateException("a region has one method");
    }

    private static void constants(CodeBuilder b) {
        ClassDesc self = ClassDesc.of("ringside.vmm.cpu.Translated");
        ClassDesc objects = CD_Object.arrayType();
        b.invokestatic(HANDLES, "lookup", MethodTypeDesc.of(LOOKUP))
                .loadConstant("_")
                .loadConstant(objects)
                .invokestatic(HANDLES, "classData", MethodTypeDesc.of(CD_Object, LOOKUP, CD_String, CLASS))
                .checkcast(objects)
                .astore(0);
        for (int k = 0; k < NAMES.length; k++) {
            b.aload(0).loadConstant(k).aaload().checkcast(TYPES[k]).putstatic(self, NAMES[k], TYPES[k]);
        }
        b.return_();
    }

    /// The method is written twice: the first time tells which registers it uses.
    private void body(CodeBuilder b) {
        c = b;
        List<Block> blocks = plan.blocks;
        uses();
        for (Block block : blocks) block.label = b.newLabel();
        end = b.newLabel();
        prologue();
        Label from = b.newBoundLabel();
        List<SwitchCase> cases = new ArrayList<>();
        for (Block e : plan.entries) cases.add(SwitchCase.of(e.entry, label(e)));
        b.iload(ENTRY).tableswitch(0, cases.size() - 1, label(plan.entries.getFirst()), cases);
        for (Block block : blocks) write(block);
        for (int k = 0; k < exits.size(); k++) exits.get(k).run();
        Label to = b.newBoundLabel();
        Label left = b.newBoundLabel();
        b.pop();
        b.labelBinding(end);
        epilogue();
        b.exceptionCatch(from, to, left, LEAVE);
    }

    private static Label label(Block b) {
        Label l = b.label;
        if (l == null) throw new IllegalStateException("every block of a plan is written");
        return l;
    }

    private Label end() {
        Label l = end;
        if (l == null) throw new IllegalStateException("the end is known before blocks are written");
        return l;
    }

    private void prologue() {
        for (int r = 0; r < 8; r++) {
            if (!usesRegister[r]) continue;
            c.getstatic(self, "G", INTS).loadConstant(r).iaload().istore(REGS + r);
        }
        if (changesFlags) {
            processor().getfield(REGISTERS, "zero", CD_int).istore(ZERO);
            processor().getfield(REGISTERS, "sign", CD_int).istore(SIGN);
            processor().getfield(REGISTERS, "carry", CD_int).dup().istore(X).istore(Y);
            c.iconst_0().istore(SUM);
        }
        c.iconst_0().istore(SITE);
        if (slots != 0) enterX87();
    }

    private CodeBuilder processor() {
        return c.getstatic(self, "C", PROCESSOR);
    }

    private void epilogue() {
        for (int r = 0; r < 8; r++) {
            if (!changesRegister[r]) continue;
            c.getstatic(self, "G", INTS).loadConstant(r).iload(REGS + r).iastore();
        }
        if (changesFlags) {
            processor().iload(ZERO).putfield(REGISTERS, "zero", CD_int);
            processor().iload(SIGN).putfield(REGISTERS, "sign", CD_int);
            kind = OTHER;
            processor();
            carry();
            c.putfield(REGISTERS, "carry", CD_int);
        }
        if (slots != 0) leaveX87();
        processor().iload(LEFT).putfield(PROCESSOR, "left", CD_int);
        c.iload(SITE).ireturn();
    }

    /// Which registers and flags there are to load: prologue and epilogue are written before and behind the rest.
    private void uses() {
        Arrays.fill(usesRegister, false);
        for (Block b : plan.blocks) {
            for (Block.Step s : b.steps) {
                if (s.has(Traits.KILLS) || s.has(Traits.READS) || s.has(Traits.CHANGES)) changesFlags = true;
                Uses.mark(s.insn(), usesRegister);
            }
        }
    }

    // ---- what flags are from

    private void kinds() {
        for (Block b : plan.blocks) b.kind = b.entry >= 0 ? OTHER : UNSEEN;
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Block b : plan.blocks) {
                int behind = kindBehind(b);
                if (behind == UNSEEN) continue;
                for (Block.Way w : b.ways) {
                    int met = w.to.kind == UNSEEN || w.to.kind == behind ? behind : OTHER;
                    if (met == w.to.kind) continue;
                    w.to.kind = met;
                    changed = true;
                }
            }
        }
    }

    private static int kindBehind(Block b) {
        for (int k = b.steps.size() - 1; k >= 0; k--) {
            Block.Step s = b.steps.get(k);
            if (!s.has(Traits.KILLS) && !s.has(Traits.CHANGES)) continue;
            return switch (s.insn().op) {
                case Op.SUB, Op.CMP, Op.NEG, Op.CMPXCHG -> SUBTRACTION;
                case Op.AND, Op.OR, Op.XOR, Op.TEST -> LOGIC;
                default -> OTHER;
            };
        }
        return b.kind;
    }

    // ---- blocks

    private void write(Block b) {
        c.labelBinding(label(b));
        kind = b.kind == UNSEEN ? OTHER : b.kind;
        x87 = b.x87;
        sseReady = false;
        boolean[] matters = mattersBehind(b);
        int charged = 0;
        for (int k = 0; k < b.steps.size(); k++) {
            Block.Step s = b.steps.get(k);
            flagsMatter = matters[k];
            if (s.has(Traits.LEAVES)) {
                number(site(s.va(), k));
                c.istore(SITE);
            }
            if (s.has(Traits.ENDS)) {
                finish(b, s);
                return;
            }
            uncharged = k;
            at = s.va();
            instruction(s.insn());
            charged++;
        }
        charge(charged);
        if (b.stops) exit(b.behind);
        else go(b, b.behind);
    }

    private static boolean[] mattersBehind(Block b) {
        boolean[] matters = new boolean[b.steps.size()];
        boolean matter = Plan.matterBehind(b);
        for (int k = matters.length - 1; k >= 0; k--) {
            Block.Step s = b.steps.get(k);
            matters[k] = matter;
            if (s.has(Traits.KILLS)) matter = false;
            if (s.has(Traits.READS) || s.has(Traits.LEAVES)) matter = true;
        }
        return matters;
    }

    private int site(int eip, int retired) {
        eips.add(eip);
        pending.add(retired);
        return eips.size() - 1;
    }

    private void charge(int ticks) {
        if (ticks > 0) c.iinc(LEFT, -ticks);
    }

    private void exit(int eip) {
        number(site(eip, 0));
        c.istore(SITE).goto_(end());
    }

    /// A label from where the region ends at an EIP.
    private Label exitLabel(int eip) {
        Label l = c.newLabel();
        exits.add(() -> {
            c.labelBinding(l);
            exit(eip);
        });
        return l;
    }

    /// Goes on at an EIP: inside when it is known here.
    private void go(Block from, int eip) {
        Block.Way w = from.wayTo(eip);
        if (w == null) {
            exit(eip);
            return;
        }
        guard(w, exitLabel(eip));
        c.goto_(label(w.to));
    }

    /// Looks at what a way depends on: the budget, and that the next page is still the same.
    private void guard(Block.Way w, Label otherwise) {
        if (w.checked) c.iload(LEFT).iflt(otherwise);
        Block.Step last = w.from.last();
        int fromVa = last == null ? w.from.va : last.va();
        if ((fromVa ^ w.to.va) >>> 12 == 0) return;
        int page = w.to.va >>> 12;
        c.getstatic(self, "F", INTS).loadConstant(page).iaload();
        c.loadConstant(fetch[page]).if_icmpne(otherwise);
    }

    /// A label that leads to an EIP.
    private Label target(Block from, int eip) {
        Block.Way w = from.wayTo(eip);
        if (w == null) return exitLabel(eip);
        boolean samePage = (java.util.Objects.requireNonNull(from.last()).va() ^ eip) >>> 12 == 0;
        if (!w.checked && samePage) return label(w.to);
        Label l = c.newLabel();
        exits.add(() -> {
            c.labelBinding(l);
            guard(w, exitLabel(eip));
            c.goto_(label(w.to));
        });
        return l;
    }

    private void finish(Block b, Block.Step s) {
        Insn i = s.insn();
        int ticks = b.steps.size();
        switch (i.op) {
            case Op.JCC -> {
                charge(ticks);
                branch(b, s);
            }
            case Op.JMP -> {
                if (i.k0 == Insn.REL) {
                    charge(ticks);
                    go(b, s.next() + i.imm);
                    return;
                }
                first(i);
                limited();
                c.istore(T);
                charge(ticks);
                dispatch(b);
            }
            case Op.CALL -> {
                if (i.k0 != Insn.REL) {
                    first(i);
                    limited();
                    c.istore(U);
                }
                c.loadConstant(s.next()).istore(T);
                storeStack(T);
                charge(ticks);
                if (i.k0 == Insn.REL) {
                    go(b, s.next() + i.imm);
                } else {
                    c.iload(U).istore(T);
                    dispatch(b);
                }
            }
            case Op.RET -> {
                loadStack(0);
                limited();
                c.istore(T);
                register(Registers.ESP);
                c.loadConstant(4 + (i.k0 == Insn.IMM ? i.imm : 0)).iadd();
                toRegister(Registers.ESP);
                charge(ticks);
                dispatch(b);
            }
            default -> counted(b, s);
        }
    }

    /// A way that was never taken is not written as a jump: the compiler would leave it out and start again when it
    /// is taken after all.
    private void branch(Block b, Block.Step s) {
        Insn i = s.insn();
        int to = s.next() + i.imm;
        boolean toInside = b.wayTo(to) != null;
        boolean onInside = b.wayTo(s.next()) != null;
        if (toInside == onInside) {
            jumpIf(i.imm2, target(b, to));
            go(b, s.next());
            return;
        }
        boolean leaveWhenTrue = !toInside ^ (i.imm2 & 1) != 0;
        number(site(toInside ? s.next() : to, 0));
        c.istore(SITE);
        condition(i.imm2);
        c.invokestatic(
                REACH,
                leaveWhenTrue ? "leaveIf" : "leaveUnless",
                MethodTypeDesc.of(CD_void, java.lang.constant.ConstantDescs.CD_boolean));
        go(b, toInside ? to : s.next());
    }

    /// LOOP, LOOPE, LOOPNE, JCXZ.
    private void counted(Block b, Block.Step s) {
        Insn i = s.insn();
        charge(b.steps.size());
        Label to = target(b, s.next() + i.imm);
        if (i.op == Op.JCXZ) {
            register(Registers.ECX);
            c.ifeq(to);
        } else {
            register(Registers.ECX);
            c.iconst_1().isub();
            toRegister(Registers.ECX);
            Label past = c.newLabel();
            if (i.op != Op.LOOP) {
                c.iload(ZERO);
                if (i.op == Op.LOOPE) c.ifne(past);
                else c.ifeq(past);
            }
            register(Registers.ECX);
            c.ifne(to);
            c.labelBinding(past);
        }
        go(b, s.next());
    }

    /// What is on the stack must be inside the code segment.
    private void limited() {
        if (mode.cs() == Mode.ALL) return;
        number((int) mode.cs());
        c.invokestatic(REACH, "within", MethodTypeDesc.of(CD_int, CD_int, CD_int));
    }

    /// Goes where T says.
    private void dispatch(Block b) {
        Label elsewhere = c.newLabel();
        if (!b.ways.isEmpty()) {
            List<SwitchCase> cases = new ArrayList<>();
            for (Block.Way w : b.ways) cases.add(SwitchCase.of(w.to.va, target(b, w.to.va)));
            cases.sort((p, q) -> Integer.compare(p.caseValue(), q.caseValue()));
            c.iload(T).lookupswitch(elsewhere, cases);
        }
        c.labelBinding(elsewhere);
        processor().iload(T).putfield(PROCESSOR, "next", CD_int);
        c.iconst_0().istore(SITE).goto_(end());
    }
}
