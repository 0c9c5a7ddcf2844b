// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javafx.geometry.Orientation;
import javafx.scene.Node;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.shape.Rectangle;
import org.jspecify.annotations.Nullable;
import ringside.app.action.Preset;
import ringside.app.action.ViewId;
import ringside.app.kit.Icons;
import ringside.app.text.Texts;
import software.coley.bentofx.Bento;
import software.coley.bentofx.dockable.Dockable;
import software.coley.bentofx.layout.DockContainer;
import software.coley.bentofx.layout.container.DockContainerBranch;
import software.coley.bentofx.layout.container.DockContainerLeaf;
import software.coley.bentofx.layout.container.DockContainerRootBranch;

/// The tiles: every view is a tab that can be dragged beside any other. One to four tiles by preset; what people make
/// of them by hand can be read and set again as text.
final class WorkArea extends StackPane {
    private final Bento bento = new Bento();
    private final Map<ViewId, Dockable> tiles = new EnumMap<>(ViewId.class);
    private DockContainerRootBranch root;

    WorkArea(Map<ViewId, Node> views, Texts texts) {
        setId("work-area");
        setMinSize(0, 0);
        Rectangle clip = new Rectangle();
        clip.widthProperty().bind(widthProperty());
        clip.heightProperty().bind(heightProperty());
        setClip(clip);
        root = bento.dockBuilding().root();
        bento.registerRoot(root);
        views.forEach((id, node) -> {
            Dockable tile = bento.dockBuilding().dockable(id.id());
            tile.setTitle(texts.get("view." + id.id()));
            tile.setIconFactory(_ -> Icons.of(id.icon()));
            if (node instanceof Region region) region.setMinSize(0, 0);
            tile.setNode(node);
            tile.setClosable(false);
            tile.setCanBeDroppedToNewWindow(false);
            tiles.put(id, tile);
        });
        layout(Preset.WATCH.layout());
        show(ViewId.HOME);
    }

    /// Brings a view to the front, wherever its tile is.
    void show(ViewId view) {
        Dockable tile = tiles.get(view);
        if (tile == null) return;
        DockContainerLeaf leaf = tile.getContainer();
        if (leaf != null) leaf.selectDockable(tile);
    }

    /// Is the view in front of its tile?
    boolean shows(ViewId view) {
        Dockable tile = tiles.get(view);
        if (tile == null) return false;
        DockContainerLeaf leaf = tile.getContainer();
        return leaf != null && tile.equals(leaf.getSelectedDockable());
    }

    /// The views in front of the tiles, without the tabs: a tab that gets the focus opens.
    List<Node> fronts() {
        List<Node> out = new ArrayList<>();
        tiles.forEach((id, tile) -> {
            if (shows(id)) out.add(tile.getNode());
        });
        return out;
    }

    /// How many tiles there are.
    int count() {
        return leaves(root);
    }

    private static int leaves(DockContainer container) {
        if (!(container instanceof DockContainerBranch branch)) return 1;
        int n = 0;
        for (DockContainer child : branch.getChildContainers()) n += leaves(child);
        return n;
    }

    /// The layout as text, in the notation of {@link Preset}.
    String arrangement() {
        StringBuilder out = new StringBuilder();
        write(root, out);
        return out.toString();
    }

    private void write(DockContainer container, StringBuilder out) {
        if (container instanceof DockContainerBranch branch) {
            List<DockContainer> children = branch.getChildContainers();
            if (children.size() == 1) {
                write(children.getFirst(), out);
                return;
            }
            out.append(branch.getOrientation() == Orientation.HORIZONTAL ? 'h' : 'v');
            double[] at = branch.getDividerPositions();
            for (int i = 0; i < at.length; i++) out.append(i == 0 ? "" : "_").append(Math.round(at[i] * 100));
            out.append('(');
            for (int i = 0; i < children.size(); i++) {
                if (i > 0) out.append(';');
                write(children.get(i), out);
            }
            out.append(')');
        } else {
            boolean first = true;
            for (Dockable tile : container.getDockables()) {
                out.append(first ? "" : ",").append(tile.getIdentifier());
                DockContainerLeaf leaf = tile.getContainer();
                if (leaf != null && tile.equals(leaf.getSelectedDockable())) out.append('*');
                first = false;
            }
        }
    }

    /// Puts the tiles as a text says. Views that it forgets are added to the first tile.
    void layout(String text) {
        for (Dockable tile : tiles.values()) {
            DockContainerLeaf leaf = tile.getContainer();
            if (leaf != null) leaf.removeDockable(tile);
        }
        bento.unregisterRoot(root);
        root = bento.dockBuilding().root();
        DockContainer made = new Reader(text).node();
        if (made instanceof DockContainerBranch branch) {
            root.setOrientation(branch.getOrientation());
            double[] at = branch.getDividerPositions();
            List<DockContainer> children = List.copyOf(branch.getChildContainers());
            for (DockContainer child : children) branch.removeContainer(child);
            for (DockContainer child : children) root.addContainer(child);
            root.setDividerPositions(at);
        } else {
            root.addContainer(made);
        }
        for (Dockable tile : tiles.values()) {
            if (tile.getContainer() == null) first(root).addDockable(tile);
        }
        bento.registerRoot(root);
        root.setMinSize(0, 0);
        shrinkable(root);
        getChildren().setAll(root);
    }

    /// A tile may become small: what does not fit scrolls, or is cut inside the tile, never outside.
    private static void shrinkable(DockContainer container) {
        container.asRegion().setMinSize(0, 0);
        if (container instanceof DockContainerBranch branch)
            for (DockContainer child : branch.getChildContainers()) shrinkable(child);
    }

    private DockContainerLeaf first(DockContainer container) {
        if (container instanceof DockContainerLeaf leaf) return leaf;
        if (container instanceof DockContainerBranch branch
                && !branch.getChildContainers().isEmpty()) {
            return first(branch.getChildContainers().getFirst());
        }
        throw new IllegalStateException("a layout has at least one tile");
    }

    /// Reads the notation; what cannot be read ends a part.
    private final class Reader {
        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        private boolean eat(char c) {
            if (at >= text.length() || text.charAt(at) != c) return false;
            at++;
            return true;
        }

        private String word(String allowed) {
            int from = at;
            while (at < text.length()
                    && (Character.isLetterOrDigit(text.charAt(at)) || allowed.indexOf(text.charAt(at)) >= 0)) at++;
            return text.substring(from, at);
        }

        DockContainer node() {
            int from = at;
            String head = word("_");
            if (!eat('(')) {
                at = from;
                return leaf();
            }
            DockContainerBranch branch = bento.dockBuilding().branch();
            branch.setOrientation(head.startsWith("v") ? Orientation.VERTICAL : Orientation.HORIZONTAL);
            do {
                branch.addContainer(node());
            } while (eat(';'));
            eat(')');
            String[] shares = head.substring(1).split("_");
            for (int i = 0; i < branch.getDividers().size() && i < shares.length; i++) {
                if (shares[i].matches("\\d{1,2}")) branch.setDividerPosition(i, Integer.parseInt(shares[i]) / 100.0);
            }
            return branch;
        }

        private DockContainerLeaf leaf() {
            DockContainerLeaf leaf = bento.dockBuilding().leaf();
            Dockable front = null;
            do {
                Dockable tile = tile(word("-"));
                boolean marked = eat('*');
                if (tile == null || tile.getContainer() != null) continue;
                leaf.addDockable(tile);
                if (marked) front = tile;
            } while (eat(','));
            if (front != null) leaf.selectDockable(front);
            return leaf;
        }

        private @Nullable Dockable tile(String id) {
            for (Dockable tile : tiles.values()) if (tile.getIdentifier().equals(id)) return tile;
            return null;
        }
    }
}
