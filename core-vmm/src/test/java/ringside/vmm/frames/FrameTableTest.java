// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.frames;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.word.Refusal;
import ringside.vmm.word.Why;

class FrameTableTest {
    private static final int FRAMES = 64;
    private static final int L3 = 10, L2 = 11, TOP = 12, L1 = 13, PAGE = 20, OTHER = 21, XEN_FRAME = 5;
    private static final long RW = 3, RO = 1;

    private final MachineMemory memory = new MachineMemory(FRAMES * MachineMemory.PAGE);
    private int retyped;
    private final FrameTable frames = new FrameTable(memory, mfn -> retyped++);

    @BeforeEach
    void giveTheGuestItsFrames() {
        frames.allocate(XEN_FRAME, FrameTable.XEN);
        for (int mfn = 8; mfn < 40; mfn++) frames.allocate(mfn, FrameTable.GUEST);
    }

    private void put(int table, int index, int target, long flags) {
        memory.write64(table * MachineMemory.PAGE + index * 8, PaeEntry.of(target, flags));
    }

    /// L3 with an ordinary L2 in slot 0 and the top one in slot 3; the ordinary one has an L1 that maps PAGE.
    private void tables(long pageFlags) {
        put(L3, 0, L2, RO);
        put(L3, 3, TOP, RO);
        put(L2, 0, L1, RW);
        put(L1, 0, PAGE, pageFlags);
    }

    @Test
    void pinningARootValidatesAllThatHangsFromIt() {
        tables(RW);
        assertEquals(Refusal.GRANTED, frames.pin(L3, FrameType.L3));
        assertEquals(
                List.of("L3", "L2", "L2", "L1", "writable"),
                List.of(L3, L2, TOP, L1, PAGE).stream().map(frames::typeName).toList());
        assertEquals(List.of(), frames.check());
    }

    @Test
    void unpinningUndoesItCompletely() {
        tables(RW);
        frames.pin(L3, FrameType.L3);
        frames.unpin(L3);
        for (int mfn : new int[] {L3, L2, TOP, L1, PAGE}) assertEquals(1, frames.references(mfn), "frame " + mfn);
        assertEquals(List.of(), frames.check());
    }

    @Test
    void aTableThatMapsItselfWritableIsRefusedAndNothingStaysTaken() {
        tables(RW);
        put(L1, 7, L1, RW);
        assertEquals(Why.FRAME_IS_A_PAGE_TABLE, frames.pin(L3, FrameType.L3).why());
        for (int mfn : new int[] {L3, L2, TOP, L1, PAGE}) {
            assertEquals(List.of(1, 0), List.of(frames.references(mfn), frames.typeCount(mfn)), "frame " + mfn);
        }
        assertEquals(List.of(), frames.check());
    }

    @Test
    void aFrameMappedWritableCannotBecomeATable() {
        tables(RW);
        frames.pin(L3, FrameType.L3);
        Refusal r = frames.pin(PAGE, FrameType.L1);
        assertEquals(new Refusal(Why.FRAME_MAPPED_WRITABLE, PAGE, FrameType.WRITABLE, 1), r);
    }

    @Test
    void itCanOnceTheMappingIsReadOnlyAndTranslationsAreDropped() {
        tables(RW);
        frames.pin(L3, FrameType.L3);
        assertFalse(frames.replace(L1, FrameType.L1, 0, PaeEntry.of(PAGE, RO)).refused());
        assertFalse(frames.pin(PAGE, FrameType.L1).refused());
        assertEquals(1, retyped);
        assertEquals(List.of(), frames.check());
    }

    @Test
    void aWritableMappingOfATableIsRefused() {
        tables(RO);
        frames.pin(L3, FrameType.L3);
        assertEquals(
                Why.FRAME_IS_A_PAGE_TABLE,
                frames.replace(L1, FrameType.L1, 1, PaeEntry.of(L2, RW)).why());
        assertEquals(0, memory.read64(L1 * MachineMemory.PAGE + 8));
    }

    @Test
    void swappingTwoMappingsTakesOneReplacementEach() {
        tables(RW);
        put(L1, 1, OTHER, RW);
        frames.pin(L3, FrameType.L3);
        assertFalse(frames.replace(L1, FrameType.L1, 0, PaeEntry.of(OTHER, RW)).refused());
        assertFalse(frames.replace(L1, FrameType.L1, 1, PaeEntry.of(PAGE, RW)).refused());
        assertEquals(List.of(), frames.check());
    }

    @Test
    void oneL1MayHangFromTwoDirectories() {
        tables(RW);
        put(TOP, 0, L1, RW);
        frames.pin(L3, FrameType.L3);
        assertEquals(2, frames.typeCount(L1));
        assertEquals(1, frames.typeCount(PAGE));
        assertEquals(List.of(), frames.check());
    }

    @Test
    void slotThreeMustBePresent() {
        tables(RW);
        put(L3, 3, 0, 0);
        assertEquals(Why.RESERVED_SLOT, frames.pin(L3, FrameType.L3).why());
    }

    @Test
    void theTopDirectoryBelongsToOneRootOnly() {
        tables(RW);
        frames.pin(L3, FrameType.L3);
        put(30, 3, TOP, RO);
        assertEquals(Why.RESERVED_SLOT, frames.pin(30, FrameType.L3).why());
        assertEquals(List.of(), frames.check());
    }

    @Test
    void theTopDirectoryGetsTheHypervisorsEntriesWhateverStoodThere() {
        long[] slots = new long[PaeEntry.ENTRIES - FrameTable.RESERVED_FROM];
        slots[0] = PaeEntry.of(XEN_FRAME, RO);
        frames.reservedSlots(slots);
        tables(RW);
        put(TOP, FrameTable.RESERVED_FROM, OTHER, RW);
        assertFalse(frames.pin(L3, FrameType.L3).refused());
        assertEquals(slots[0], frames.entry(TOP, FrameTable.RESERVED_FROM));
        assertEquals(
                Why.RESERVED_SLOT,
                frames.replace(TOP, FrameType.L2, FrameTable.RESERVED_FROM, 0).why());
        assertEquals(List.of(), frames.check());
    }

    @Test
    void aRecursiveRootIsRefused() {
        tables(RW);
        frames.pin(L3, FrameType.L3);
        assertEquals(
                Why.FRAME_IS_A_PAGE_TABLE,
                frames.replace(L3, FrameType.L3, 1, PaeEntry.of(L3, RO)).why());
        assertEquals(List.of(), frames.check());
    }

    @Test
    void aDirectoryMayShowItselfReadOnly() {
        tables(RW);
        put(L2, 9, L2, RO);
        assertFalse(frames.pin(L3, FrameType.L3).refused());
        assertTrue(frames.replace(L2, FrameType.L2, 9, PaeEntry.of(L2, RW)).refused());
        assertEquals(List.of(), frames.check());
        frames.unpin(L3);
        assertEquals(1, frames.references(L2));
    }

    @Test
    void framesOfTheHypervisorAreNobodysToMap() {
        tables(RW);
        put(L1, 3, XEN_FRAME, RO);
        assertEquals(Why.FRAME_NOT_OWNED, frames.pin(L3, FrameType.L3).why());
    }

    @Test
    void aFrameInUseIsNotGivenBack() {
        tables(RO);
        frames.pin(L3, FrameType.L3);
        assertEquals(Why.FRAME_STILL_REFERENCED, frames.release(PAGE).why());
        frames.unpin(L3);
        assertFalse(frames.release(PAGE).refused());
        assertEquals(List.of(), frames.check());
    }

    @Test
    void descriptorsAreRaisedToRingOneAndMarkedAccessed() {
        memory.write64(PAGE * MachineMemory.PAGE + 8, 0x00CF9A000000FFFFL);
        assertFalse(frames.hold(PAGE, FrameType.SEGDESC).refused());
        assertEquals(0x00CFBB000000FFFFL, memory.read64(PAGE * MachineMemory.PAGE + 8));
    }

    @Test
    void aTaskGateIsNoDescriptorForAGuest() {
        memory.write64(PAGE * MachineMemory.PAGE + 8, 0x0000E50000280000L);
        assertEquals(Why.BAD_DESCRIPTOR, frames.hold(PAGE, FrameType.SEGDESC).why());
        assertEquals(List.of(), frames.check());
    }

    @Test
    void aDirectoryMayShowAnotherOneReadOnly() {
        tables(RW);
        put(TOP, 1, L2, RO);
        assertEquals(Refusal.GRANTED, frames.pin(L3, FrameType.L3));
        assertEquals(2, frames.typeCount(L2));
        assertEquals(List.of(), frames.check());
        assertEquals(
                Why.FRAME_IS_A_PAGE_TABLE,
                frames.replace(TOP, FrameType.L2, 1, PaeEntry.of(L2, RW)).why());
        assertEquals(Refusal.GRANTED, frames.replace(TOP, FrameType.L2, 1, 0));
        assertEquals(1, frames.typeCount(L2));
        assertEquals(List.of(), frames.check());
    }

    @Test
    void whoIsShownByAnotherDirectoryShowsNone() {
        tables(RW);
        put(TOP, 1, L2, RO);
        frames.pin(L3, FrameType.L3);
        int third = 30;
        assertEquals(Refusal.GRANTED, frames.pin(third, FrameType.L2));
        assertEquals(
                Why.FRAME_IS_A_PAGE_TABLE,
                frames.replace(L2, FrameType.L2, 5, PaeEntry.of(third, RO)).why());
        assertEquals(
                Why.FRAME_IS_A_PAGE_TABLE,
                frames.replace(third, FrameType.L2, 5, PaeEntry.of(TOP, RO)).why());
        assertEquals(Refusal.GRANTED, frames.replace(third, FrameType.L2, 5, PaeEntry.of(L2, RO)));
        assertEquals(List.of(), frames.check());
    }

    @Test
    void aDirectoryIsKeptAliveByTheOneThatShowsIt() {
        put(L2, 0, L1, RW);
        frames.pin(L2, FrameType.L2);
        put(TOP, 7, L2, RO);
        assertEquals(Refusal.GRANTED, frames.pin(TOP, FrameType.L2));
        frames.unpin(L2);
        assertTrue(frames.isLive(L2, FrameType.L2));
        frames.unpin(TOP);
        assertFalse(frames.isLive(L2, FrameType.L2));
        assertFalse(frames.isLive(L1, FrameType.L1));
        assertEquals(List.of(), frames.check());
    }

    @Test
    void withTwoLevelsEveryDirectoryIsARootWithTheHypervisorsEntries() {
        frames.twoLevels();
        frames.reservedSlots(new long[] {0x5027, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x6027});
        memory.write32(L2 * MachineMemory.PAGE + 3 * 4, L1 << 12 | 3);
        memory.write32(L2 * MachineMemory.PAGE + 1008 * 4, OTHER << 12 | 3);
        memory.write32(L1 * MachineMemory.PAGE + 1023 * 4, PAGE << 12 | 3);
        assertEquals(Refusal.GRANTED, frames.pin(L2, FrameType.L2));
        assertEquals(List.of(0x5027L, 0x6027L), List.of(frames.entry(L2, 1008), frames.entry(L2, 1023)));
        assertEquals(FrameType.WRITABLE, frames.type(PAGE));
        assertEquals(1, frames.references(OTHER));
        assertEquals(
                Why.RESERVED_SLOT, frames.replace(L2, FrameType.L2, 1008, 0).why());
        assertEquals(Why.FRAME_HAS_OTHER_TYPE, frames.pin(L3, FrameType.L3).why(), "there is no third level");
        assertEquals(List.of(), frames.check());
    }
}
