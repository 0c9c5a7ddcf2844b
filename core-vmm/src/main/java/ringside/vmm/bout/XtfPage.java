// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.util.List;

/// The page of the documentation that says how the Xen corner does in the Xen Test Framework.
public final class XtfPage {
    private static final String HEAD = """
        # The Xen Test Framework on the Xen corner

        Made by `ringside conformance XTF --markdown core-vmm/XTF.md`, where XTF is a built copy of Xen's own test framework;
        do not edit.

        All guests for 32-bit PAE are run, unchanged, one machine each, with the memory, vCPUs and command line of their
        `.cfg` files. The column of Xen 4.17 is read off its sources and those of the tests; it is not a run.

        | test | Xen 4.17 | Ringside | why |
        |---|---|---|---|
        """;

    private XtfPage() {}

    /// The page.
    public static String markdown(List<XtfSuite.Outcome> outcomes) {
        StringBuilder page = new StringBuilder(HEAD);
        for (XtfSuite.Outcome o : outcomes) page.append(line(o.name(), o.verdict()));
        return page.toString();
    }

    /// One line of the table, as it is when a test says `verdict`.
    public static String line(String name, String verdict) {
        XtfSuite.Known known = XtfSuite.known(name);
        String why = known.why().isEmpty() ? "" : " " + known.why();
        return "| " + name + " | " + known.xen() + " | " + verdict + " |" + why + " |\n";
    }
}
