using JasperFx.Events;
using Marten.Events.Aggregation;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;

namespace Shiplog.Server.Store;

/// <summary>What came of a container: the images made of it. Follows the log a few milliseconds behind.</summary>
internal sealed class ContainerHistory
{
    /// <summary>The stream's key.</summary>
    public string Id { get; set; } = "";

    /// <summary>The image it was made from.</summary>
    public string ImageId { get; set; } = "";

    /// <summary>The event that made it.</summary>
    public long Sequence { get; set; }

    /// <summary>In their order.</summary>
    public CommitMade[] Commits { get; set; } = [];

    /// <summary>An image made of the container, and the event that says so.</summary>
    public sealed record CommitMade(string ImageId, long Sequence, DateTimeOffset At);
}

/// <summary>How an image came here, each time.</summary>
internal sealed class ImageHistory
{
    /// <summary>The stream's key.</summary>
    public string Id { get; set; } = "";

    /// <summary>In their order.</summary>
    public Arrival[] Arrivals { get; set; } = [];

    /// <summary>One pull, load or commit.</summary>
    public sealed record Arrival(string Origin, string By, long Sequence, DateTimeOffset At);
}

internal sealed class ContainerHistoryProjection : SingleStreamProjection<ContainerHistory, string>
{
    public ContainerHistoryProjection()
    {
        Name = "ContainerHistory";
        IncludeType<ContainerCreated>();
        IncludeType<ContainerCommitted>();
    }

    public override ContainerHistory? Evolve(ContainerHistory? history, string id, IEvent e) => e.Data switch
    {
        ContainerCreated created => new ContainerHistory { Id = id, ImageId = created.ImageId, Sequence = e.Sequence },
        ContainerCommitted committed when history is not null => new ContainerHistory
        {
            Id = id,
            ImageId = history.ImageId,
            Sequence = history.Sequence,
            Commits = [.. history.Commits, new ContainerHistory.CommitMade(committed.ImageId, e.Sequence, committed.At)],
        },
        _ => history,
    };
}

internal sealed class ImageHistoryProjection : SingleStreamProjection<ImageHistory, string>
{
    public ImageHistoryProjection()
    {
        Name = "ImageHistory";
        IncludeType<ImagePulled>();
        IncludeType<ImageLoaded>();
        IncludeType<ImageCommitted>();
        IncludeType<ImageBuilt>();
    }

    public override ImageHistory? Evolve(ImageHistory? history, string id, IEvent e) => e.Data switch
    {
        ImagePulled pulled => With(history, id, e, "pulled", pulled.At),
        ImageLoaded loaded => With(history, id, e, loaded.ImportedFrom is null ? "loaded" : "imported", loaded.At),
        ImageCommitted committed => With(history, id, e, "committed", committed.At),
        ImageBuilt built => With(history, id, e, "built", built.At),
        _ => history,
    };

    private static ImageHistory With(ImageHistory? history, string id, IEvent e, string origin, DateTimeOffset at) => new()
    {
        Id = id,
        Arrivals = [.. history?.Arrivals ?? [], new ImageHistory.Arrival(origin, e.UserName ?? "", e.Sequence, at)],
    };
}
