using Shiplog.Contracts.Orders;
using Shiplog.Domain.Builds;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Images;

/// <summary>The outcome of a pull, a push, a load, a build or an image's removal that came to nothing.</summary>
public static class RecordImageCommandFailed
{
    /// <summary>Recorded where the command is still open, on the stream of its intent.</summary>
    public static Decision Decide(OrderFailure failure, OpenCommand? command, DateTimeOffset at) => command?.Intent switch
    {
        ImagePullRequested pull =>
            Decision.Accept(new ImagePullFailed(pull.Reference, command.CommandId, failure.Kind.ToString(), failure.Error, at)),
        ImagePushRequested push =>
            Decision.Accept(new ImagePushFailed(push.Reference, push.ImageId, command.CommandId, failure.Kind.ToString(), failure.Error, at)),
        ImageLoadRequested =>
            Decision.Accept(new ImageLoadFailed(command.CommandId, failure.Kind.ToString(), failure.Error, at)),
        ImageBuildRequested =>
            Decision.Accept(new ImageBuildFailed(command.CommandId, failure.Kind.ToString(), failure.Error, null, null, null, at)),
        ImageRemoveRequested remove =>
            Decision.Accept(new ImageRemoveFailed(remove.ImageId, command.CommandId, failure.Kind.ToString(), failure.Error, at)),
        _ => Decision.Nothing,
    };
}
